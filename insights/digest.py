"""The weekly digest: whoever chooses it gets last week's figures by mail on Monday. Commands, and what it says.

It is made for each person anew, of what they may see; who sends it, and how, is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from incidents.vocabulary import Severity
from insights import choosing, sentences, spelling
from insights.choosing import Choice
from insights.counts import COUNT_BY_KEY
from insights.distributions import summarise
from insights.filters import By, Filters, Period
from insights.models import Digest
from kit import clock
from kit.rules import require
from roles import organisation
from roles.models import User

VIEW = "insights.view_dashboard"
WEEK = timedelta(days=7)
MONDAY_AT = time(8)
NAMES = ("mitigate", "resolve")
RATES = ("half_hour", "page", "public_update", "reopened", "false_alarm")
WHY = "you chose the weekly digest; stop it under Insights, Reports"


@dataclass(frozen=True)
class Letter:
    """What one person's digest says."""

    subject: str
    first: str
    facts: list[tuple[str, str]]
    url: str


def is_chosen(user: User) -> bool:
    return Digest.objects.filter(person=user).exists()


@transaction.atomic(durable=True)
def choose(*, wanted: bool, actor: User) -> None:
    """Begin with the coming Monday, or stop."""
    require(actor, VIEW)
    if not wanted:
        Digest.objects.filter(person=actor).delete()
        return
    Digest.objects.get_or_create(person=actor, defaults={"next_at": coming_monday(clock.now())})


def coming_monday(now: datetime) -> datetime:
    """The next Monday morning on the organisation's clock, after now."""
    zone = organisation.calendar().zone
    today = now.astimezone(zone).date()
    monday = today + timedelta(days=-today.weekday() % 7)
    at = datetime.combine(monday, MONDAY_AT, zone)
    return (at if at > now else datetime.combine(monday + WEEK, MONDAY_AT, zone)).astimezone(UTC)


def of(person: User, now: datetime) -> Letter:
    """The seven days before today, of what this person may see."""
    today = now.astimezone(organisation.calendar().zone).date()
    filters = Filters(period=Period.CUSTOM, since=today - WEEK, until=today - timedelta(days=1), by=By.SEVERITY)
    choice = choosing.choose(filters, user=person, now=now, names=NAMES)
    n = choice.everything.n
    return Letter(
        subject=f"Last week: {n} incident{'' if n == 1 else 's'}",
        first=_first(choice),
        facts=[("Declared", f"{_day(filters.since)} to {_day(filters.until)}"), *_facts(choice)],
        url=settings.SITE_URL + reverse("insights") + filters.query(),
    )


def _day(day: date | None) -> str:
    return f"{day:%-d %b %Y}" if day else ""


def _first(choice: Choice) -> str:
    if not choice.everything.n:
        return "Nothing was declared that you may see."
    grave = {group.key: pool.n for group, pool in choice.rows.items()}
    told = ", ".join(f"{severity.value}: {grave[severity.value]}" for severity in Severity if severity.value in grave)
    return f"By severity, {told}." if told else "None of them has a severity."


def _facts(choice: Choice) -> Iterator[tuple[str, str]]:
    for name, label in (("mitigate", "Half mitigated within"), ("resolve", "Half resolved within")):
        found = summarise(choice.everything.runs(name))
        if found.n:
            yield label, spelling.span(found.percentiles.p50) if found.percentiles else sentences.TOO_FEW
    for key in RATES:
        rate = choice.everything.proportion(key)
        if rate:
            yield COUNT_BY_KEY[key].label, f"{rate.hits} of {rate.n} ({sentences.interval(rate)})"
