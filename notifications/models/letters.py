"""The ledger: notices, their deliveries and every attempt."""

import re
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from incidents.models import Event, Incident
from notifications.ledger import DeliveryQuerySet, StuckQuerySet
from notifications.vocabulary import Channel, Lane, State, To
from statuspage.models import Bulletin, Subscriber

# What stands between the address of a page's answer and the next blank is the key to it.
ANSWER_LINK = re.compile(r"(/answer/)\S+")


class Notice(models.Model):
    """One text for one audience, frozen when it was written: about an event, a bulletin, a subscriber, or the engine.

    What differs from one recipient to the next (address, why they get it) lies with the delivery.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, null=True, on_delete=models.CASCADE, related_name="notices")
    bulletin = models.ForeignKey(Bulletin, null=True, on_delete=models.CASCADE, related_name="notices")
    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.CASCADE, related_name="notices")
    # Kept beside the event so that a room's letters are found by index.
    incident = models.ForeignKey(Incident, null=True, on_delete=models.CASCADE, related_name="notices")
    audience = models.CharField(max_length=16, choices=To)
    subject = models.CharField(max_length=240)
    text = models.TextField()
    html = models.TextField(blank=True)
    # What webhooks carry as `data`.
    facts = models.JSONField(default=dict)
    # Written while the incident was restricted: then the text is neutral. If it is restricted only now, a letter
    # that still waits goes out neutral, or not at all.
    was_restricted = models.BooleanField(default=False)
    # A large audience is written a chunk at a time: the id of the last recipient that was; empty once all were.
    written_up_to = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("-created_at",)
        indexes: ClassVar = [
            models.Index(fields=("incident", "audience", "-created_at"), name="notice_of_an_audience"),
            models.Index(fields=("created_at",), name="notice_by_time"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("event", "audience"), condition=Q(event__isnull=False), name="one_notice_an_event_and_audience"
            ),
            models.UniqueConstraint(
                fields=("bulletin", "audience"),
                condition=Q(bulletin__isnull=False),
                name="one_notice_a_bulletin_and_audience",
            ),
        ]

    @property
    def shown_text(self) -> str:
        """The text as the ledger shows it: whoever reads it there must not answer a page in somebody else's name."""
        return ANSWER_LINK.sub(r"\1…", self.text)


class Delivery(models.Model):
    """One notice to one recipient by one channel.

    `key` goes out as Message-ID and `webhook-id`: whoever honours it sees a letter once. The number of the row says
    what was written earlier, so that letters of one thread reach a recipient in order.
    """

    State = State
    Channel = Channel

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=8, choices=Channel)
    # Who it is for, in one word that is unique within the notice: `user:<id>`, `user:<id>:<contact>`,
    # `endpoint:<id>`, `subscriber:<id>`.
    recipient = models.CharField(max_length=90)
    # How people read the recipient: an address or the name of an endpoint.
    label = models.CharField(max_length=254)
    # The host that it goes to, for the breaker; empty for mail, which goes to one server.
    host = models.CharField(max_length=253, blank=True)
    # What is this recipient's own: `to`, `why`, `role`, `unsubscribe`.
    payload = models.JSONField(default=dict)
    lane = models.PositiveSmallIntegerField(choices=Lane, default=Lane.NOTICE)
    # Letters of one thread reach one recipient in the order they were written; empty keeps no order.
    thread = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    # The journal of whoever claimed it last: the name of a file on that host.
    holder = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    # The other side may have taken it before we could write that down.
    maybe_doubled = models.BooleanField(default=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("lane", "due_at"), condition=Q(state=State.WAITING), name="delivery_waiting"),
            models.Index(fields=("lease_until",), condition=Q(state=State.SENDING), name="delivery_sending"),
            models.Index(
                fields=("recipient", "thread", "id"),
                condition=Q(state__in=(State.WAITING, State.SENDING)) & ~Q(thread=""),
                name="delivery_in_order",
            ),
            models.Index(fields=("state", "-id"), name="delivery_by_state"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("notice", "recipient", "channel"), name="delivered_once"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("letter", args=[self.key])

    @property
    def is_urgent(self) -> bool:
        return self.lane == Lane.PAGE


class Attempt(models.Model):
    """One try to deliver, kept whatever came of it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    succeeded = models.BooleanField()
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("started_at", "pk")


class Stuck(models.Model):
    """Something untold that could not be turned into letters: parked where people see it, so that the rest goes on."""

    event = models.OneToOneField(Event, null=True, on_delete=models.CASCADE, related_name="stuck")
    bulletin = models.OneToOneField(Bulletin, null=True, on_delete=models.CASCADE, related_name="stuck")
    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.CASCADE, related_name="stuck")
    error = models.CharField(max_length=300)
    stuck_at = models.DateTimeField()

    objects = StuckQuerySet.as_manager()

    class Meta:
        ordering = ("stuck_at",)
