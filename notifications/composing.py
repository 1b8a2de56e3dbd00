"""What a letter says: from an entry of a timeline and an audience to subject, text and HTML."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings

from incidents import answering
from incidents.models import Event, Incident
from incidents.vocabulary import Type
from notifications import briefs, moments, personal
from notifications.gathering import Gathered
from notifications.record import Record
from notifications.vocabulary import To
from notifications.words import Words

DRILL = "DRILL"


def compose(event: Event, to: To, now: datetime, gathered: Gathered) -> Words:
    """The words for one audience. Of a restricted incident they name its reference and nothing else (§2.12)."""
    if event.incident.is_restricted:
        moment = moments.of(event)
        called = event.data["engagement"] if moment == moments.Moment.PAGE else ""
        return neutral(event.incident, called=called, place=personal.ASKED.get(event.data.get("step", ""), ""))
    words = _write(Record(event, to, now, gathered))
    return _watermarked(words) if event.incident.type == Type.DRILL else words


def _write(record: Record) -> Words:
    if record.to == To.REPORTER:
        return personal.reported(record)
    moment = moments.of(record.event)
    assert moment is not None
    return personal.WRITERS.get(moment, briefs.brief)(record)


def neutral(incident: Incident, *, called: str = "", place: str = "") -> Words:
    """A reference and a link: whoever reads over a shoulder, or a mail server's log, learns nothing.

    `called` is the engagement of somebody who is paged: their link answers. `place` is where in the room it is about.
    """
    reference = incident.reference
    return Words(
        subject=f"{reference} needs you" if called else f"News about {reference}",
        first=f"{reference} needs you. Open the link to see why and to answer."
        if called
        else f"There is news about {reference}. Open the link to read it.",
        url=answering.url(called) if called else f"{settings.SITE_URL}{incident.get_absolute_url()}{place}",
        link="I am on it" if called else f"Open {reference}",
    )


def _watermarked(words: Words) -> Words:
    """Nobody may take a drill for real (§2.13)."""
    return replace(
        words,
        subject=f"{DRILL}: {words.subject}",
        first=f"{DRILL}. This is an exercise. {words.first}",
        mark=f"{DRILL} · {words.mark}",
    )
