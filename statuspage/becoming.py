"""A maintenance that broke something: an incident goes on in its place (E44)."""

from django.db import transaction

from kit import clock
from kit.rules import RuleBroken, check, require
from statuspage import publishing
from statuspage.maintenance import MANAGE, Person
from statuspage.models import PublicIncident
from statuspage.publishing import Statement
from statuspage.vocabulary import State


@transaction.atomic(durable=True)
def become(maintenance: PublicIncident, incident: PublicIncident, *, actor: Person) -> PublicIncident:
    """Let an open incident of the same page, of which readers were told already, go on in its place.

    The maintenance ends without another letter, and what the incident says of components stays.
    """
    publishing.hold(maintenance.page_id)
    require(actor, MANAGE)
    held = PublicIncident.objects.maintenances().select_related("page").get(pk=maintenance.pk)
    into = PublicIncident.objects.unresolved().filter(page=held.page_id, pk=incident.pk).first()
    if into is None:
        raise RuleBroken("no_such_incident", "Choose an open incident of this page.", field="incident")
    begun = held.state in (State.IN_PROGRESS, State.VERIFYING) and not held.is_imported
    check(begun, "not_begun", "Only what has begun becomes an incident.")
    now = clock.now()
    held.is_automatic = False
    said = Statement(State.COMPLETED, f"It goes on as the incident “{into.name}”.", tells_subscribers=False)
    publishing.say(held, said, author=actor.pk, at=now)
    into.came_of, into.revision, into.updated_at = held, into.revision + 1, now
    into.save()
    return held
