"""A bulletin as somebody writes it, and everything for which publishing would refuse it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from incidents import cadence, lint, shortform
from incidents.lint import Finding, Said
from incidents.models import Incident
from incidents.phases import check_not_merged
from incidents.vocabulary import Phase, Posture, Severity
from kit.lines import check_line
from kit.rules import RuleBroken, check
from statuspage import rollup
from statuspage.models import Component, Page, PublicIncident
from statuspage.vocabulary import UNRESOLVED, State, Status

# Before these no mitigation is agreed.
NOTHING_AGREED = (Phase.TRIAGE, Phase.IDENTIFICATION)
# Stands for the link that a short form is given once its bulletin has one; every link counts the same.
LINK = "https://status.example/"


@dataclass(frozen=True)
class Words:
    """A bulletin as somebody writes it: state, text, component statuses by public id, a promised time."""

    state: State
    body: str
    statuses: Mapping[str, Status] = field(default_factory=dict)
    next_update_at: datetime | None = None
    # The first bulletin opens a public incident of this name on this page.
    name: str = ""
    page: Page | None = None
    public_incident: PublicIncident | None = None
    # The newest bulletin that the writer saw; None where nobody compares.
    based_on: str | None = None
    # The same for networks that cut long posts; empty where it is made of the text (`shortform.of`).
    short: str = ""
    # With “monitoring”: for how many minutes we watch.
    watch: int | None = None


def check_words(incident: Incident, words: Words, now: datetime) -> None:
    """Everything publishing would refuse, so that a preview refuses it, too."""
    check_ours(incident, "state")
    check(
        incident.posture == Posture.POST,
        "posture_undecided",
        "The incident manager (or the engineer, if there is none) must decide first that the public is told.",
        field="state",
    )
    check(words.body.strip(), "no_text", "Write what readers should know.", field="body")
    check_lint(lint.blocking(_said(incident, words)))
    if words.public_incident is None:
        check(
            not has_open_links(incident),
            "page_changed",
            "A public incident was opened meanwhile. Read it, and add to that one.",
        )
        check_line(words.name, "no_name", "Give it a title: in simple terms, what is the issue?", field="name")
    check(
        words.next_update_at is None or words.next_update_at > now,
        "promise_in_the_past",
        "The next update must be promised for a time ahead.",
        field="next_update_at",
    )
    check(
        words.based_on in (None, newest(words.public_incident)),
        "page_changed",
        "The page changed since you began: another bulletin came out. Read it first; your text is still here.",
    )
    check(
        words.watch is None or 5 <= words.watch <= 24 * 60,
        "watch_out_of_range",
        "Watch for 5 minutes to 24 hours.",
        field="watch",
    )
    _check_promise(incident, words, now)


def check_lint(found: Finding | None) -> None:
    """Raise what the lint blocks, with the words it is about."""
    if found:
        about = f" It is about “{found.found}”." if found.found else ""
        raise RuleBroken(found.code, found.sentence + about, field=found.field)


def check_text(text: str) -> None:
    """The same for a text that stands alone, as the holding text does."""
    check_lint(lint.blocking(Said(state=State.INVESTIGATING, body=text, inside=_inside(), public=_public())))


def check_length(body: str) -> None:
    """Readers are spared more than this."""
    check(len(body) <= lint.MOST_CHARACTERS, "too_long", f"At most {lint.MOST_CHARACTERS} characters.", field="body")


def check_ours(incident: Incident, name: str) -> None:
    check_not_merged(incident.phase)
    check(
        not incident.is_imported, "imported", "An imported incident is history; nothing more is said of it.", field=name
    )


def findings(incident: Incident, words: Words) -> list[Finding]:
    """What the lint says of a bulletin, as somebody writes it."""
    return lint.look(_said(incident, words))


def _said(incident: Incident, words: Words) -> Said:
    return Said(
        state=words.state,
        body=words.body,
        name=words.name,
        # As a network counts it, with the link that is added where there is none.
        short=shortform.with_link(words.short, LINK) if words.short.strip() else "",
        opens=words.public_incident is None,
        has_components=bool(words.statuses),
        is_promised=words.next_update_at is not None,
        worst=_worst(words),
        is_agreed=incident.phase not in NOTHING_AGREED,
        inside=_inside(),
        public=_public(),
    )


def _worst(words: Words) -> Status:
    """The worst that the components of the public incident have with these words."""
    given = dict(words.statuses)
    if words.public_incident:
        named = Component.objects.filter(affected_by__bulletin__public_incident=words.public_incident).distinct()
        given = {one.public_id: Status(one.status) for one in named} | given
    return rollup.worst(given.values())


def _inside() -> frozenset[str]:
    return frozenset({urlsplit(settings.SITE_URL).netloc})


def _public() -> frozenset[str]:
    return frozenset(urlsplit(url).netloc for url in Page.objects.values_list("url", flat=True))


def has_open_links(incident: Incident) -> bool:
    return incident.public_links.filter(public_incident__state__in=UNRESOLVED).exists()


def newest(public_incident: PublicIncident | None) -> str:
    """The id of the newest bulletin; empty where there is none."""
    last = public_incident.bulletins.first() if public_incident else None
    return last.public_id if last else ""


def is_long(incident: Incident, now: datetime) -> bool:
    """It has gone on for two hours: readers are told when, and less often (E45)."""
    return now - incident.declared_at >= cadence.LONG_MODE_AFTER


def is_far(incident: Incident, words: Words, now: datetime) -> bool:
    """An S1 or S2 promises the next update within the hour; what is farther off is somebody else's to allow (E45)."""
    grave = incident.severity in (Severity.S1, Severity.S2)
    return grave and words.next_update_at is not None and words.next_update_at - now > cadence.LONGEST_PROMISE


def _check_promise(incident: Incident, words: Words, now: datetime) -> None:
    check(
        is_long(incident, now) or not is_far(incident, words, now),
        "promise_too_far",
        f"For an {incident.severity} the next update is promised within 60 minutes.",
        field="next_update_at",
    )
