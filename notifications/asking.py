"""Asked again at the moment of sending: may this letter still go to this recipient, and is it still wanted?

Each question takes many letters at once and answers with a reason for those that must not go.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from incidents import approving, outgoing
from incidents.models import Approval, Engagement, Event, Incident, Obligation
from incidents.vocabulary import Posture
from notifications import moments, routing
from notifications.letters import Letter
from notifications.models import AudienceMember, Contact, Delivery, Endpoint, Notice
from notifications.moments import Moment
from notifications.vocabulary import Channel, State, To
from roles.models import User
from statuspage.models import Subscriber

Reasons = dict[int, str]

NO_CONTACT = "They took this contact back."
LEFT = "They left the organisation."
HIDDEN = "They may not see this incident."
NO_MEMBER = "They are no longer in this audience."
RELEASED = "They take no part in it any more."
ANSWERED = "Answered or withdrawn before it was sent."
DONE = "Done before it was sent."
DECIDED = "It was decided before it was sent whether the public is told."
RESTRICTED = "The incident was restricted before it was sent."
SWITCHED_OFF = "The endpoint is switched off, or gone."
ENDED = "The subscription ended before it was sent."
CONFIRMED = "Confirmed already."
CAME_BACK = "Letters to this address came back."
TAKEN_BACK = "Taken back before it was sent."
SUPERSEDED = "A later letter says how things stand now."
# A letter is stale once one was written that much later.
STALE = timedelta(minutes=10)


def withheld(letters: Sequence[Letter], now: datetime) -> Reasons:
    """By the letter's number: why it must not go. Whoever is not in it may have theirs."""
    by_kind: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters:
        by_kind[letter.kind].append(letter)
    reasons: Reasons = {}
    for kind, group in by_kind.items():
        for ask in QUESTIONS[kind]:
            reasons |= {number: reason for number, reason in ask(group).items() if number not in reasons}
    old = [letter for letter in letters if letter.created_at <= now - STALE and letter.pk not in reasons]
    return reasons | _superseded(old)


def look_again(letters: Sequence[Letter]) -> list[Letter]:
    """Read again who may see the incidents of some letters. Returns those for which that has changed.

    Each batch read its notices for itself: of one notice some letters may know of a change and others not.
    """
    about = [(letter, letter.notice.incident) for letter in letters if letter.notice.incident]
    incidents = Incident.unrestricted.filter(pk__in={incident.pk for _, incident in about})
    now = dict(incidents.values_list("pk", "visibility"))
    return [letter for letter, incident in about if incident.visibility != now[incident.pk]]


def is_newly_restricted(notice: Notice) -> bool:
    """Written for everybody, and restricted since: its text must not go out."""
    incident = notice.incident
    return incident is not None and incident.is_restricted and not notice.was_restricted


def _left(letters: Sequence[Letter]) -> Reasons:
    here = set(User.objects.filter(pk__in=_ids(letters), is_active=True).values_list("pk", flat=True))
    return {letter.pk: LEFT for letter in letters if letter.who not in here}


def _unreachable(letters: Sequence[Letter]) -> Reasons:
    """They took back the contact by which it was to go."""
    by = {letter.pk: letter.contact for letter in letters if letter.contact}
    there = set(Contact.objects.filter(pk__in=by.values()).values_list("pk", flat=True)) if by else set()
    return {number: NO_CONTACT for number, contact in by.items() if contact not in there}


def _hidden(letters: Sequence[Letter]) -> Reasons:
    """The gate itself, asked for everybody who gets a letter about one incident."""
    reasons: Reasons = {}
    for incident, group in _by_incident(letters):
        seeing = set(routing.may_see(incident).filter(pk__in=_ids(group)).values_list("pk", flat=True))
        reasons |= {letter.pk: HIDDEN for letter in group if letter.who not in seeing}
    return reasons


def _no_member(letters: Sequence[Letter]) -> Reasons:
    """Taken out of the audience, or released, between the writing and the sending."""
    people = _ids(letters)
    outside = [letter for letter in letters if letter.notice.audience in routing.OUTSIDE]
    members = AudienceMember.objects.filter(person__in=people).values_list("audience", "person") if outside else ()
    responders = [letter for letter in letters if letter.notice.audience == To.RESPONDERS]
    active = Engagement.objects.active().filter(person__in=people).values_list("incident", "person")
    among, engaged = set(members), set(active) if responders else set()
    return {letter.pk: NO_MEMBER for letter in outside if (letter.notice.audience, letter.who) not in among} | {
        letter.pk: RELEASED for letter in responders if (letter.notice.incident_id, letter.who) not in engaged
    }


def _settled(letters: Sequence[Letter]) -> Reasons:
    """Nobody is called after they answered, nor for what is done."""
    personal = {letter: letter.notice.event for letter in letters if letter.notice.audience == To.PERSON}
    events = {letter: event for letter, event in personal.items() if event is not None}
    of = {letter: moments.of(event) for letter, event in events.items()}
    asked = {letter: event for letter, event in events.items() if of[letter] in (Moment.PAGE, Moment.OFFER)}
    late = {letter: event for letter, event in events.items() if of[letter] == Moment.LATE}
    asking = {letter: event.data["approval"] for letter, event in events.items() if "approval" in event.data}
    waiting = set(Approval.objects.filter(pk__in=asking.values(), answer="").values_list("pk", flat=True))
    engagements = Engagement.objects.in_bulk([event.data["engagement"] for event in asked.values()])
    owed = _owed([event.incident_id for event in late.values()]) if late else set()
    decisions = {letter: event for letter, event in events.items() if event.data.get("step") == approving.DECIDE}
    undecided = _undecided([event.incident_id for event in decisions.values()]) if decisions else set()
    reasons = {letter.pk: ANSWERED for letter, event in asked.items() if not _is_asked(event, of[letter], engagements)}
    reasons |= {letter.pk: ANSWERED for letter, asked in asking.items() if UUID(asked) not in waiting}
    reasons |= {letter.pk: DECIDED for letter, event in decisions.items() if event.incident_id not in undecided}
    return reasons | {letter.pk: DONE for letter, event in late.items() if _owed_by(event) not in owed}


def _undecided(incidents: Sequence[UUID]) -> set[UUID]:
    """Of which it still is to be decided whether the public is told."""
    found = Incident.unrestricted.filter(pk__in=incidents, posture=Posture.UNDECIDED)
    return set(found.values_list("pk", flat=True))


def _is_asked(event: Event, moment: Moment | None, engagements: Mapping[UUID, Engagement]) -> bool:
    """Still unanswered; and of a page, not called again sooner: then another letter rings instead."""
    found = engagements.get(UUID(event.data["engagement"]))
    if found is None or moment == Moment.OFFER:
        return found is not None and found.state == Engagement.State.OFFERED
    return found.state == Engagement.State.PAGED and found.rings_at == datetime.fromisoformat(event.data["rings_at"])


# The very thing, with the very due time: a promise or a new due time begins a new ladder.
Owed = tuple[UUID, str, str, datetime]


def _owed(incidents: Sequence[UUID]) -> set[Owed]:
    found = Obligation.objects.open().filter(incident__in=incidents)
    return set(found.values_list("incident", "duty", "subject", "due_at"))


def _owed_by(event: Event) -> Owed:
    facts = event.data
    return event.incident_id, facts["duty"], facts["subject"], datetime.fromisoformat(facts["due_at"])


def _newly_restricted(letters: Sequence[Letter]) -> Reasons:
    """What was told to everybody stays told; what still waits for outsiders is not sent (E26)."""
    return {letter.pk: RESTRICTED for letter in letters if is_newly_restricted(letter.notice)}


def _taken_back(letters: Sequence[Letter]) -> Reasons:
    """Its author thought better of it within the seconds in which one may."""
    events = {letter: letter.notice.event for letter in letters if letter.notice.event}
    held = {
        letter: (event.incident_id, event.position) for letter, event in events.items() if "held_until" in event.data
    }
    back = outgoing.all_taken_back({incident for incident, _ in held.values()}) if held else set()
    return {letter.pk: TAKEN_BACK for letter, place in held.items() if place in back}


def _switched_off(letters: Sequence[Letter]) -> Reasons:
    on = dict(Endpoint.objects.filter(pk__in=_ids(letters), disabled_at=None).values_list("pk", "audience"))
    return {letter.pk: SWITCHED_OFF for letter in letters if on.get(letter.who) != letter.notice.audience}


def _ended(letters: Sequence[Letter]) -> Reasons:
    """Bulletins go to who is confirmed and has not ended it; the question to confirm to who is neither.

    To whom letters came back only the question goes.
    """
    reasons: Reasons = {}
    asked = Subscriber.objects.filter(pk__in=_ids(letters))
    reachable = set(asked.reachable().values_list("pk", flat=True))
    # Most of thousands are, and of those no more is asked.
    others = [one for one in letters if one.who not in reachable or one.notice.audience == To.CONFIRMATION]
    if not others:
        return reasons
    rows = Subscriber.objects.filter(pk__in=_ids(others))
    found = {pk: row for pk, *row in rows.values_list("pk", "confirmed_at", "ended_at", "quarantined_at")}
    for letter in others:
        confirmed_at, ended_at, quarantined_at = found.get(letter.who, (None, None, None))
        is_question = letter.notice.audience == To.CONFIRMATION
        if letter.who not in found or ended_at or not (confirmed_at or is_question):
            reasons[letter.pk] = ENDED
        elif is_question and confirmed_at and not quarantined_at:
            reasons[letter.pk] = CONFIRMED
        elif quarantined_at and not is_question:
            reasons[letter.pk] = CAME_BACK
    return reasons


def _superseded(letters: Sequence[Letter]) -> Reasons:
    """Mail that lay so long that a later one says how things stand now: nobody is sent four states at once.

    What somebody wrote in their own words is not taken back by it, and machines get everything.
    """
    old = [letter for letter in letters if letter.channel == Channel.MAIL and _says_how_things_stand(letter)]
    later = Delivery.objects.filter(
        recipient__in={letter.recipient for letter in old}, thread__in={letter.thread for letter in old},
        channel=Channel.MAIL, state=State.WAITING,
    )  # fmt: skip
    newest: dict[tuple[str, str, str], datetime] = {}
    if old:
        rows = later.exclude(thread="").values_list("recipient", "thread", "notice__audience", "created_at")
        for recipient, thread, audience, created_at in rows:
            key = (recipient, thread, audience)
            newest[key] = max(created_at, newest.get(key, created_at))
    return {
        letter.pk: SUPERSEDED
        for letter in old
        if newest.get((letter.recipient, letter.thread, letter.notice.audience), letter.created_at)
        >= letter.created_at + STALE
    }


def _says_how_things_stand(letter: Letter) -> bool:
    notice = letter.notice
    return notice.bulletin_id is not None or (
        notice.event is not None and notice.audience in routing.OUTSIDE and moments.of(notice.event) in STATES
    )


Question = Callable[[Sequence[Letter]], Reasons]
# Which notices say how things stand, so that a later one makes an earlier one stale.
STATES = (Moment.NOTICE, Moment.MITIGATED, Moment.SETBACK)
QUESTIONS: dict[str, tuple[Question, ...]] = {
    "user": (_left, _unreachable, _hidden, _no_member, _settled, _taken_back),
    "endpoint": (_newly_restricted, _switched_off, _taken_back),
    "subscriber": (_newly_restricted, _ended),
}


def _ids(letters: Iterable[Letter]) -> list[UUID]:
    return [letter.who for letter in letters]


def _by_incident(letters: Iterable[Letter]) -> list[tuple[Incident, list[Letter]]]:
    groups: dict[UUID, tuple[Incident, list[Letter]]] = {}
    for letter in letters:
        incident = letter.notice.incident
        if incident is not None:
            groups.setdefault(incident.pk, (incident, []))[1].append(letter)
    return list(groups.values())
