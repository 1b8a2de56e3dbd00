"""The phases: one table of moves, what ends each, and its checklist (domain §2.4)."""

from dataclasses import dataclass

from incidents.vocabulary import OPEN_PHASES, Phase, Type
from kit.rules import RuleBroken

NEXT: dict[Phase, frozenset[Phase]] = {
    Phase.TRIAGE: frozenset({Phase.IDENTIFICATION, Phase.DECLINED, Phase.MERGED}),
    Phase.IDENTIFICATION: frozenset({Phase.TRIAGE, Phase.MITIGATION, Phase.REMEDIATION, Phase.DECLINED, Phase.MERGED}),
    Phase.MITIGATION: frozenset({Phase.IDENTIFICATION, Phase.REMEDIATION, Phase.MERGED}),
    Phase.REMEDIATION: frozenset({Phase.IDENTIFICATION, Phase.MITIGATION, Phase.POST_INCIDENT}),
    # Reopening leads back to identification, where the cause is looked at anew.
    Phase.POST_INCIDENT: frozenset({Phase.IDENTIFICATION, Phase.CLOSED}),
    Phase.CLOSED: frozenset({Phase.IDENTIFICATION}),
    Phase.DECLINED: frozenset({Phase.TRIAGE}),
    Phase.MERGED: frozenset({Phase.TRIAGE}),
}

WAY = (*OPEN_PHASES, Phase.POST_INCIDENT, Phase.CLOSED)


class IllegalTransition(RuleBroken):
    """The table of moves does not know this move."""

    def __init__(self, origin: str, to: str) -> None:
        allowed = ", ".join(sorted(Phase(phase).label for phase in NEXT[Phase(origin)])) or "nothing"
        super().__init__(
            "illegal_transition",
            f"An incident cannot go from {Phase(origin).label.lower()} to {Phase(to).label.lower()}. "
            f"From here it can go to: {allowed}.",
            field="to",
        )


def check_move(origin: str, to: str) -> None:
    """Raise `IllegalTransition` unless the table knows the move."""
    if to not in NEXT[Phase(origin)]:
        raise IllegalTransition(origin, to)


def check_not_merged(phase: str) -> None:
    """What was merged is read only; the work goes on elsewhere."""
    if phase == Phase.MERGED:
        raise RuleBroken("merged", "It was merged; this is done in the incident that goes on.")


def is_backward(origin: str, to: str) -> bool:
    """Going back needs a reason."""
    return to in WAY and origin in WAY and WAY.index(Phase(to)) < WAY.index(Phase(origin))


def skipped(origin: str, to: str) -> tuple[Phase, ...]:
    """The phases between the two that a move forward leaves out."""
    if to not in WAY or origin not in WAY:
        return ()
    return WAY[WAY.index(Phase(origin)) + 1 : WAY.index(Phase(to))]


@dataclass(frozen=True)
class Item:
    """A line of a checklist."""

    key: str
    text: str


ENDS: dict[Phase, str] = {
    Phase.TRIAGE: "Somebody accepts it, declines it with a reason, or merges it.",
    Phase.IDENTIFICATION: "The cause is believed known and a mitigation is chosen and agreed.",
    Phase.MITIGATION: "The impact has ended, with evidence.",
    Phase.REMEDIATION: "It is unlikely to return; its lead calls it resolved.",
    Phase.POST_INCIDENT: "The review is written where one is required, and actions have owners.",
    Phase.CLOSED: "Nothing. It can be reopened.",
    Phase.DECLINED: "Nothing. For a day it can be taken back into triage.",
    Phase.MERGED: "Nothing. The work goes on in the other incident; for a day the two can be parted again.",
}

CHECKLISTS: dict[Phase, tuple[Item, ...]] = {
    Phase.TRIAGE: (Item("is_real", "It is an incident, not a test or a known one"),),
    Phase.IDENTIFICATION: (
        Item("owner", "It has a lead"),
        Item("impact_sentence", "The impact in one sentence: who, what, how many, since when"),
        Item("severity_confirmed", "The severity is confirmed"),
        Item("services", "Services and components are named"),
        Item("posture", "It is decided whether the public is told"),
        Item("plan", "A mitigation is chosen and agreed"),
    ),
    Phase.MITIGATION: (
        Item("impact_ended", "The impact has ended or is within the service level, with evidence"),
        Item("impact_end", "The end of the impact is recorded"),
        Item("watch", "A watch period is set, or left out for a reason"),
        Item("temporary", "Temporary measures are listed"),
        Item("restricted_users", "Users who were restricted are listed"),
    ),
    Phase.REMEDIATION: (
        Item("quiet", "The watch period passed without a recurrence"),
        Item("anomalies", "All anomalies are gone"),
        Item("components", "Components are operational"),
        Item("owned", "Temporary measures have an owner or are gone"),
        Item("public_resolved", "The public incident is resolved"),
        Item("complete", "Situation, cause and timeline are complete"),
    ),
    Phase.POST_INCIDENT: (
        Item("follow_ups", "Follow-ups are triaged within one working day"),
        Item("severity_again", "The severity was looked at again"),
        Item("tickets", "Tickets are answered"),
        Item("lifted", "Restrictions are lifted or scheduled"),
        Item("review", "The review is written, if one is required"),
    ),
}

SECURITY_EXTRA: dict[Phase, tuple[Item, ...]] = {
    Phase.IDENTIFICATION: (
        Item("true_positive", "A true positive is confirmed"),
        Item("scope", "Category, surface and kind of data are known"),
        Item("access", "Who must know is listed"),
        Item("evidence", "Evidence is being preserved"),
    ),
    Phase.MITIGATION: (
        Item("spread", "The spread is stopped"),
        Item("access_cut", "The attacker's access is cut"),
        Item("credentials", "Credentials are revoked"),
    ),
    Phase.REMEDIATION: (
        Item("root_removed", "The root component is removed"),
        Item("persistence", "Persistence was looked for"),
        Item("hardening", "Patches and hardening are in place"),
    ),
}


def checklist(phase: str, type: str) -> tuple[Item, ...]:
    """The guidance for a phase; security adds its own lines."""
    common = CHECKLISTS.get(Phase(phase), ())
    extra = SECURITY_EXTRA.get(Phase(phase), ()) if type in (Type.SECURITY, Type.DATA) else ()
    return common + extra


def ends(phase: str) -> str:
    """“Mitigation ends when the impact has ended, with evidence.”"""
    condition = ENDS[Phase(phase)]
    return f"{Phase(phase).label} ends when {condition[0].lower()}{condition[1:]}"


def next_phase(phase: str) -> Phase | None:
    """The phase that follows on the way; None at its end and on the exits."""
    if phase not in WAY or phase == WAY[-1]:
        return None
    return WAY[WAY.index(Phase(phase)) + 1]
