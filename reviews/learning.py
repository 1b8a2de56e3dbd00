"""Writing the review, and giving, moving and finishing actions."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from incidents import conflicts, obligations, timeline
from incidents.models import Incident
from incidents.phases import check_not_merged
from incidents.vocabulary import Duty, Kind, Phase
from kit import clock
from kit.rules import check, require
from reviews import finding
from reviews.models import Action, Review
from roles.models import User

WRITE = "reviews.write_review"


@transaction.atomic(durable=True)
def write(
    incident: Incident, text: str, *, actor: User, severity: str = "", was: Mapping[str, str] | None = None
) -> Review:
    """Write the review, or write it anew; earlier texts stay on the timeline. `was` holds what the writer saw.

    `severity`, where it is given, confirms or corrects the severity in hindsight.
    """
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, WRITE, incident)
    check(text.strip(), "no_text", "Write what was learned.", field="text")
    check_not_merged(incident.phase)
    check(not incident.is_open, "too_early", "A review is written once the incident is resolved.")
    conflicts.changed(now=said(incident), was=was, new={"text": text})
    now = clock.now()
    review, _ = Review.objects.update_or_create(
        incident=incident,
        defaults={"text": text.strip(), "author": actor, "updated_at": now},
        create_defaults={"text": text.strip(), "author": actor, "updated_at": now, "written_at": now},
    )
    obligations.satisfy(incident, Duty.REVIEW, now=now, by=actor)
    timeline.record(incident, Kind.REVIEW, actor=actor, at=now, body=review.text)
    if severity:
        finding.look_again(incident, severity, actor=actor, now=now)
    return review


def said(incident: Incident) -> dict[str, str]:
    """The text as it is now, which its next writer sees."""
    review = Review.objects.filter(incident=incident).first()
    return {"text": review.text if review else ""}


@transaction.atomic(durable=True)
def add_action(
    incident: Incident, title: str, *, owner: User, due_at: datetime, actor: User, aim: str = Action.Aim.PREVENT
) -> Action:
    """Give somebody something to do, with a date; the clock watches it."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, WRITE, incident)
    now = clock.now()
    check(title.strip(), "no_title", "Say in a sentence what is to be done.", field="title")
    check(len(title) <= 240, "title_too_long", "At most 240 characters.", field="title")
    check(owner.is_active, "left", f"{owner} has left the organisation.", field="owner")
    check(due_at > now, "in_the_past", "An action is due at a time ahead.", field="due_at")
    check(incident.phase not in (Phase.DECLINED, Phase.MERGED), "over", "Give it on the incident that goes on.")
    action = Action.objects.create(
        incident=incident, title=title.strip(), aim=aim, owner=owner, due_at=due_at, created_at=now, created_by=actor
    )
    obligations.owe(incident, Duty.ACTION, due_at=due_at, now=now, subject=str(action.pk), owner=owner)
    data = {"action": action.key, "owner": str(owner.pk), "name": str(owner), "due_at": due_at.isoformat()}
    timeline.record(incident, Kind.ACTION, actor=actor, at=now, body=action.title, data=data)
    return action


@transaction.atomic(durable=True)
def finish(action: Action, *, actor: User) -> Action:
    """It is done."""
    incident = Incident.objects.visible_to(actor).lock(action.incident_id)
    require(actor, WRITE, incident)
    action = Action.objects.get(pk=action.pk, incident=incident)
    check(action.done_at is None, "done_already", "This action is done already.")
    now = clock.now()
    action.done_at, action.done_by = now, actor
    action.save()
    obligations.satisfy(incident, Duty.ACTION, now=now, by=actor, subject=str(action.pk))
    data = {"action": action.key, "done": True}
    timeline.record(incident, Kind.ACTION, actor=actor, at=now, body=action.title, data=data)
    return action
