"""What a timeline entry says, in one sentence. Pure: facts in, words out.

A sentence is made of parts, so that a page can show the times in it in the reader's zone.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from incidents.models import Event
from incidents.vocabulary import Audience, Duty, Kind, Milestone, Phase, Posture, Severity, Type, Way
from roles.catalogue import Role
from statuspage.vocabulary import State

Facts = dict[str, Any]
Part = str | datetime

DECISIONS = (
    Kind.DECLARED, Kind.ESCALATED, Kind.CORRECTED, Kind.CONFIRMED, Kind.TRANSITIONED, Kind.MONITORING, Kind.REOPENED,
    Kind.DECLINED, Kind.MERGED, Kind.POSTURE, Kind.TAKEN, Kind.ACCEPTED, Kind.ACCESS, Kind.TIME_CORRECTED, Kind.IMPACT,
)  # fmt: skip
PUBLIC = (Kind.POSTURE, Kind.DRAFTED, Kind.APPROVAL, Kind.BULLETIN, Kind.HOLDING, Kind.TAKEN_BACK)
# What the room's other regions show better than a line of the timeline.
QUIET = (Kind.CHECKED, Kind.DRAFTED)
# What happens by itself is done by the house.
HOUSE = "Sitrep"


def sentence(event: Event) -> str:
    """“Raised from S2 to S1”; the text that somebody wrote stands beside it and is not repeated. Times are in UTC."""
    spelled = (part if isinstance(part, str) else f"{part.astimezone(UTC):%H:%M} UTC" for part in parts(event))
    return "".join(spelled)


def parts(event: Event) -> list[Part]:
    """The same in pieces, with its times as they are."""
    kind = Kind(event.kind)
    said = SENTENCES[kind](event.data) if kind in SENTENCES else FIXED.get(kind, kind.label)
    return [said] if isinstance(said, str) else said


def who(event: Event) -> str:
    """Who did it: a person, or the house where it happened by itself."""
    return str(event.actor) if event.actor and not _is_called_by_the_house(event) else HOUSE


def body(event: Event) -> str:
    """What somebody wrote; what a page says to the person it calls alone is left out."""
    said: str = event.body
    return "" if _is_called_by_the_house(event) and event.actor else said


def _is_called_by_the_house(event: Event) -> bool:
    """Whoever is on call is paged by the house; a person asks an expert by name."""
    return event.kind == Kind.PAGED and event.data.get("role") != Role.EXPERT


def _time(value: str | None) -> Part:
    return datetime.fromisoformat(value) if value else "—"


def _role(facts: Facts) -> str:
    return Role(facts["role"]).label.lower()


def _declared(facts: Facts) -> str:
    level = Severity(facts["severity"]).label if facts.get("severity") else "severity unknown"
    provisional = ", provisional" if facts.get("provisional") else ""
    over = ", over already" if facts.get("over") else ""
    return f"Declared: {Type(facts['type']).label.lower()}, {level}{provisional}{over}"


def _updated(facts: Facts) -> str:
    names = [Audience(one).label.lower() for one in facts.get("audiences", ())]
    if "draft" in facts:
        return f"Update to {', '.join(names)}; drafted for the public" if names else "Drafted for the public"
    return f"Update to {', '.join(names)}" if names else "Update"


def _drafted(facts: Facts) -> str | list[Part]:
    if "publish_at" in facts:
        return ["Bulletin goes out ", _time(facts["publish_at"])]
    return "Draft thrown away" if facts.get("discarded") else "Bulletin drafted"


def _taken_back(facts: Facts) -> str:
    if "because" in facts:
        return "The bulletin did not go out"
    return "Took the update back; nobody got it" if "position" in facts else "Took the bulletin back; it is a draft"


def _transitioned(facts: Facts) -> str:
    return f"{Phase(facts['from']).label} → {Phase(facts['to']).label}"


def _paged(facts: Facts) -> str:
    if facts.get("nobody"):
        return f"Found nobody on call as {_role(facts)}"
    if facts["role"] == Role.EXPERT:
        return f"Asked {facts['name']} to help"
    return f"Paged {facts['name']} as {_role(facts)}"


def _taken(facts: Facts) -> str:
    return f"Took the role {_role(facts)}" + (f" from {facts['from']}, who did not answer" if "from" in facts else "")


def _accepted(facts: Facts) -> str:
    return f"Accepted the role {_role(facts)}" + (f" from {facts['from']}" if "from" in facts else "")


def _bulletin(facts: Facts) -> str:
    said = f"Bulletin: {State(facts['state']).label.lower()}"
    way = facts.get("way", Way.ROUTINE)
    if way == Way.APPROVED:
        return f"{said}, approved by {facts['name']}"
    if way == Way.UNANSWERED:
        return f"{said}, without feedback from {facts['name']}: {facts['because']}"
    return said if way == Way.ROUTINE else f"{said} ({Way(way).label})"


def _approval(facts: Facts) -> str:
    if facts["step"] == "asked":
        return f"Asked {facts['name']} whether a bulletin is right"
    if facts["step"] == "posture":
        return f"Asked {facts['name']} to decide whether the public is told"
    if facts["step"] == "right":
        return "Found the bulletin right, with other words" if facts.get("changed") else "Found the bulletin right"
    return "Would not publish the bulletin yet"


def _notice(facts: Facts) -> list[Part]:
    missed = facts["covers"] - 1
    late = f"; {missed} missed before it" if missed else ""
    return [f"Notice to {Audience(facts['audience']).label.lower()}, due ", _time(facts["due_at"]), late]


def _overdue(facts: Facts) -> list[Part]:
    covers = f", {facts['covers']} calls missed" if facts.get("covers", 1) > 1 else ""
    return [f"{_errand(facts)} is late: was due ", _time(facts["due_at"]), covers]


def _errand(facts: Facts) -> str:
    """“Public update”, or “Confirm the severity” in quotes, so that the sentence goes on."""
    duty = Duty(facts["duty"])
    return duty.label if duty.errand == duty.label else f"“{duty.errand}”"


def _impact(facts: Facts) -> str | list[Part]:
    if facts.get("none"):
        return "There was no impact: a near miss"
    name, at = ("end", facts["ended_at"]) if "ended_at" in facts else ("start", facts["started_at"])
    if facts.get("was") not in (None, at):
        return [f"The {name} of the impact corrected from ", _time(facts["was"]), " to ", _time(at)]
    if "again" in facts:
        return [f"It came back ({facts['again']}. window of impact): felt again since ", _time(at)]
    return [f"Impact {name}ed ", _time(at), ", estimated" if facts.get("estimated") else ""]


def _time_corrected(facts: Facts) -> list[Part]:
    entered = f"Phase “{Phase(facts['phase']).label}”, entry {facts['entry']}," if "phase" in facts else ""
    what = entered or f"“{Milestone(facts['milestone']).label}”"
    return [f"{what} corrected from ", _time(facts["was"]), " to ", _time(facts["at"])]


def _access(facts: Facts) -> str:
    if "granted" in facts:
        return f"{facts['name']} may see it"
    if "revoked" in facts:
        return f"{facts['name']} may not see it any more"
    return "Restricted to members" if facts["visibility"] == "restricted" else "Opened to the organisation"


def _merged(facts: Facts) -> str:
    if "survivor" in facts:
        return f"Merged into {facts['survivor']}"
    return f"{facts['child']} was " + ("parted from this again" if "parted" in facts else "merged into this")


def _action(facts: Facts) -> str:
    return "Action done" if facts.get("done") else f"Action for {facts['name']}"


def _holding(facts: Facts) -> str:
    return f"Holding text allowed, {facts['times']} times" if facts["times"] else "Holding text switched off"


def _details(facts: Facts) -> str:
    services = ", ".join(facts["services"]) or "no service"
    return f"{Type(facts['type']).label}; {services}"


FIXED: dict[Kind, str] = {
    Kind.IMPORTED: "Imported from a status page",
}

# What a review may say beside its text.
FOUND = {
    "detection": "how it was noticed",
    "cause_known_at": "when the cause was known",
    "severity": "its severity in hindsight",
    "factors": "what contributed",
    "is_false_alarm": "whether it was a false alarm",
}


def _review(facts: Facts) -> str:
    found = facts.get("findings")
    return f"Found out: {', '.join(FOUND[name] for name in FOUND if name in found)}" if found else "Review written"


SENTENCES: dict[Kind, Callable[[Facts], str | list[Part]]] = {
    Kind.DECLARED: _declared,
    Kind.UPDATED: _updated,
    Kind.DETAILS: _details,
    Kind.ESCALATED: lambda facts: f"Raised from {facts['from']} to {facts['to']}",
    Kind.CORRECTED: lambda facts: f"Corrected from {facts['from']} to {facts['to']}",
    Kind.CONFIRMED: lambda facts: f"{facts['severity']} confirmed",
    Kind.TRANSITIONED: _transitioned,
    Kind.MONITORING: lambda facts: ["Watching until ", _time(facts["until"])],
    Kind.MERGED: _merged,
    Kind.CHECKED: lambda facts: ("Done: " if facts["done"] else "Not done after all: ") + facts["text"],
    Kind.TIME_CORRECTED: _time_corrected,
    Kind.IMPACT: _impact,
    Kind.PAGED: _paged,
    Kind.ACKNOWLEDGED: lambda facts: f"Acknowledged as {_role(facts)}",
    Kind.JOINED: lambda facts: "Watches as a shadow" if facts.get("shadow") else "Joined",
    Kind.TAKEN: _taken,
    Kind.OFFERED: lambda facts: f"Offered the role {_role(facts)} to {facts['name']}",
    Kind.ACCEPTED: _accepted,
    Kind.RELEASED: lambda facts: f"{facts['name']} is released as {_role(facts)}",
    Kind.REVIEW: _review,
    Kind.POSTURE: lambda facts: (
        "The public is told" if facts["posture"] == Posture.POST else "The public need not be told"
    ),
    Kind.BULLETIN: _bulletin,
    Kind.APPROVAL: _approval,
    Kind.HOLDING: _holding,
    Kind.DRAFTED: _drafted,
    Kind.TAKEN_BACK: _taken_back,
    Kind.NOTICE: _notice,
    Kind.NUDGED: lambda facts: [f"{_errand(facts)} is due ", _time(facts["due_at"])],
    Kind.OVERDUE: _overdue,
    Kind.SNOOZED: lambda facts: [f"{_errand(facts)}: writing, until ", _time(facts["until"])],
    Kind.ACTION: _action,
    Kind.ACCESS: _access,
}
