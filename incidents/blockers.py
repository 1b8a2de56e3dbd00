"""What stands in the way of a phase: the few hard blockers, from one question for button and API."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from incidents import holders
from incidents.models import Incident
from incidents.phases import WAY
from incidents.vocabulary import Phase, Posture
from kit.rules import RuleBroken
from roles.models import User
from statuspage.vocabulary import UNRESOLVED


@dataclass(frozen=True)
class Blocker:
    """One thing in the way: a code for machines, a sentence, who can clear it, and where (an anchor in the room)."""

    code: str
    sentence: str
    who: str
    where: str


class Blocked(RuleBroken):
    """The move is possible, but something stands in its way."""

    def __init__(self, found: list[Blocker]) -> None:
        super().__init__(found[0].code, " ".join(blocker.sentence for blocker in found), field="to")
        self.blockers = found


Check = Callable[[Incident, Phase], list[Blocker]]


def of(incident: Incident, to: Phase) -> list[Blocker]:
    """Everything in the way of entering `to`. Rooms above add theirs by `settings.PHASE_CHECKS`."""
    if to not in WAY:
        return []
    found = _impact(incident, to) + _before_resolving(incident, to)
    for path in settings.PHASE_CHECKS:
        found += import_string(path)(incident, to)
    return found


def for_actor(incident: Incident, to: Phase, actor: User) -> list[Blocker]:
    """The same, with what stands in this actor's way: only the lead calls it resolved (AC-BG1-2)."""
    found = of(incident, to)
    lead = holders.lead(incident)
    if to == Phase.POST_INCIDENT and lead and lead.person_id != actor.pk:
        name = str(lead.person)
        sentence = f"Only its lead, {name}, calls it resolved. They can do it, or hand the lead over to you."
        found.append(Blocker("not_lead", sentence, name, "people"))
    return found


def refuse(incident: Incident, to: Phase, actor: User) -> None:
    """Raise `Blocked` where anything stands in the way."""
    found = for_actor(incident, to, actor)
    if found:
        raise Blocked(found)


def _impact(incident: Incident, to: Phase) -> list[Blocker]:
    """From mitigation on forward the impact is over, so its end is known (or that there was none)."""
    if to not in (Phase.REMEDIATION, Phase.POST_INCIDENT) or incident.disposition != "real":
        return []
    windows = list(incident.windows.all())
    if windows and all(window.ended_at for window in windows):
        return []
    sentence = "Say when the impact ended, or that there was none."
    return [Blocker("impact_end_unknown", sentence, "whoever responds", "impact")]


def _before_resolving(incident: Incident, to: Phase) -> list[Blocker]:
    if to != Phase.POST_INCIDENT:
        return []
    found = []
    if holders.lead(incident) is None:
        found.append(
            Blocker("no_lead", "It has no lead. Somebody must take the lead.", "anybody who responds", "people")
        )
    if incident.posture == Posture.UNDECIDED:
        sentence = "Decide whether the public is told."
        found.append(Blocker("posture_undecided", sentence, "the incident manager", "public"))
    links = list(incident.public_links.select_related("public_incident"))
    if any(link.public_incident.state in UNRESOLVED for link in links):
        sentence = "The public incident is still open. Publish a bulletin that resolves it."
        found.append(Blocker("public_incident_open", sentence, "communications", "public"))
    if incident.posture == Posture.POST and not links:
        sentence = "It was decided to tell the public, and nothing was posted. Post, or decide that it is not required."
        found.append(Blocker("public_not_told", sentence, "communications", "public"))
    return found
