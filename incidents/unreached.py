"""Nobody was reached: the numbers to ring by hand (E17). Questions only."""

from collections.abc import Sequence
from dataclasses import dataclass

from incidents import holders, obligations
from incidents.models import Engagement, Incident, Obligation
from incidents.vocabulary import Duty
from roles.models import User


@dataclass(frozen=True)
class Number:
    """Somebody who could come, and the number they gave; empty where they gave none."""

    person: User
    phone: str
    why: str


def numbers(incident: Incident, engaged: Sequence[Engagement], owed: Sequence[Obligation]) -> list[Number]:
    """Whom to ring by hand: empty unless every step of a ladder has spoken and nobody has answered."""
    engaged = [one for one in engaged if one.is_active]
    if not incident.is_live or any(one.acknowledged_at for one in engaged) or not _is_exhausted(incident, owed):
        return []
    found = {one.person_id: Number(one.person, one.person.phone, one.get_role_display()) for one in engaged}
    if not incident.is_restricted:
        for person in holders.who_could(incident):
            found.setdefault(person.pk, Number(person, person.phone, "on a rotation, or of the team that owns it"))
    return sorted(found.values(), key=lambda number: (not number.phone, number.person.name))


def _is_exhausted(incident: Incident, owed: Sequence[Obligation]) -> bool:
    """Whether the last step of a ladder has spoken; one that repeats goes on speaking."""
    clocks = (one for one in owed if one.duty == Duty.ACKNOWLEDGEMENT and one.rung)
    return any(one.rung >= len(obligations.rungs(incident, one)) for one in clocks)
