"""Letting a parked letter, or a stuck entry, go again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from incidents.models import Untold as UntoldEvent
from kit import clock
from kit.rules import check, require
from notifications.ledger import DeliveryQuerySet
from notifications.models import Delivery, Endpoint, Stuck
from notifications.vocabulary import State
from roles.models import User
from statuspage.models import Untold as UntoldBulletin

# Whoever may read the ledger may also have a letter of it tried again.
MAY, MANAGE = "notifications.view_ledger", "notifications.manage_channels"
BATCH = 500


@transaction.atomic(durable=True)
def send_again(key: UUID, *, actor: User) -> Delivery:
    """A parked letter waits again, under the same key; whether it may still go is asked when it is sent."""
    letter = Delivery.objects.visible_to(actor).select_for_update(of=("self",)).get(key=key)
    require(actor, MAY)
    check(letter.state == State.PARKED, "not_parked", "Only a parked letter is sent again.")
    letter.state, letter.due_at, letter.attempts = State.WAITING, clock.now(), 0
    letter.settled_at, letter.error = None, ""
    letter.save()
    return letter


def send_all_again(parked: DeliveryQuerySet, *, actor: User) -> int:
    """Every parked letter among these waits again, the oldest first. Returns how many do.

    They are let go a batch at a time: nothing else is held up, and what was let go stays so.
    """
    require(actor, MAY)
    found = parked.visible_to(actor).filter(state=State.PARKED)
    count = 0
    while pks := list(found.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        count += _again(Delivery.objects.filter(pk__in=pks, state=State.PARKED))
    return count


@transaction.atomic(durable=True)
def repeat(endpoint: Endpoint, since: datetime, until: datetime, *, actor: User) -> int:
    """Send an endpoint once more what it was sent in a span, under the same ids. Returns how many letters wait.

    A receiver that lost something asks for it; one that honours the ids takes nothing twice.
    """
    require(actor, MANAGE)
    check(since < until, "no_span", "The end lies after the beginning.", field="until")
    sent = Delivery.objects.filter(recipient=f"endpoint:{endpoint.pk}", created_at__gte=since, created_at__lt=until)
    return _again(sent.filter(state__in=(State.SENT, State.PARKED)))


def _again(letters: DeliveryQuerySet) -> int:
    return letters.update(state=State.WAITING, due_at=clock.now(), attempts=0, settled_at=None, error="")


@transaction.atomic(durable=True)
def write_again(pk: int, *, actor: User) -> None:
    """A stuck entry is untold again; the next tick tries to write its letters."""
    stuck = Stuck.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=pk)
    require(actor, MAY)
    if stuck.event_id:
        UntoldEvent.objects.create(event_id=stuck.event_id)
    else:
        kind = UntoldBulletin.Kind.BULLETIN if stuck.bulletin_id else UntoldBulletin.Kind.CONFIRMATION
        UntoldBulletin.objects.create(
            kind=kind, bulletin_id=stuck.bulletin_id, subscriber_id=stuck.subscriber_id, created_at=clock.now()
        )
    stuck.delete()
