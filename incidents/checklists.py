"""Ticking the lines of a phase's checklist; guidance that everybody in the room shares."""

from django.db import transaction

from incidents import timeline
from incidents.models import Incident, Tick
from incidents.phases import WAY, check_not_merged, checklist
from incidents.vocabulary import Kind
from kit import clock
from kit.rules import check, require
from roles.models import User


@transaction.atomic(durable=True)
def tick(incident: Incident, item: str, *, done: bool, actor: User) -> Incident:
    """Tick a line, or take the tick back."""
    incident = Incident.objects.visible_to(actor).lock(incident.pk)
    require(actor, "incidents.respond_incident", incident)
    check_not_merged(incident.phase)
    lines = {line.key: line for phase in WAY for line in checklist(phase, incident.type)}
    check(item in lines, "no_such_line", f"“{item}” is no line of this incident's checklists.", field="item")
    now = clock.now()
    if done:
        Tick.objects.get_or_create(incident=incident, item=item, defaults={"ticked_by": actor, "ticked_at": now})
    else:
        Tick.objects.filter(incident=incident, item=item).delete()
    timeline.record(
        incident, Kind.CHECKED, actor=actor, at=now, data={"text": lines[item].text, "done": done}, tell=False
    )
    return incident
