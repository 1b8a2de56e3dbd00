"""Who is told, and how they are reached: audiences, endpoints, urgent contacts, and what carries the letters."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from incidents.vocabulary import Audience
from kit.secrets import EncryptedTextField
from notifications.vocabulary import Channel


class AudienceMember(models.Model):
    """A person who hears what one audience hears."""

    AUDIENCES = ((Audience.STAKEHOLDERS, "Stakeholders"), (Audience.EXECUTIVES, "Executives"))

    audience = models.CharField(max_length=16, choices=AUDIENCES)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="audiences")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("audience", "person"), name="in_an_audience_once")]


class Endpoint(models.Model):
    """A machine that is told: a signed webhook, or a chat's incoming webhook that takes `{"text": …}`."""

    class Form(models.TextChoices):
        WEBHOOK = Channel.WEBHOOK.value, "Signed webhook"
        CHAT = Channel.CHAT.value, "Slack- or Mattermost-compatible"
        SERVICE = Channel.SERVICE.value, "Another service"
        LOG = Channel.LOG.value, "A log, for trying out"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    form = models.CharField("kind", max_length=8, choices=Form)
    audience = models.CharField(max_length=16, choices=AudienceMember.AUDIENCES)
    # The address of a chat's webhook is its secret.
    url = EncryptedTextField("address")
    secret = EncryptedTextField(blank=True)
    created_at = models.DateTimeField()
    # Is told when the endpoint says that it is gone.
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("endpoint", args=[self.pk])


class MailServer(models.Model):
    """The SMTP server set in the UI; the environment's MAIL_URL wins over it."""

    class Security(models.TextChoices):
        STARTTLS = "starttls", "STARTTLS"
        TLS = "tls", "TLS from the first byte"
        NONE = "none", "None"

    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=8, choices=Security, default=Security.STARTTLS)
    username = models.CharField(max_length=254, blank=True)
    password = EncryptedTextField(blank=True)
    sender = models.CharField(max_length=254)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(pk=1), name="one_mail_server")]


class Provider(models.Model):
    """A service that reaches people beyond mail (SMS, push, phone), as an administrator has defined it.

    The address is one that the `apprise` library reads, with `{address}` where a person's own goes, such as
    `twilio://ACCOUNT:TOKEN@+15550000/{address}`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, unique=True)
    template = EncryptedTextField("address")
    # What people enter for it: “your mobile number with country code”.
    asks_for = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """One way to reach a person urgently; their contacts are tried in order, each so long after the page rings."""

    class Way(models.TextChoices):
        MAIL = Channel.MAIL.value, "E-mail"
        WEBHOOK = Channel.WEBHOOK.value, "Webhook"
        SERVICE = Channel.SERVICE.value, "Service"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contacts")
    way = models.CharField(max_length=8, choices=Way)
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.CASCADE, related_name="contacts")
    address = EncryptedTextField()
    secret = EncryptedTextField(blank=True)
    # Minutes after the page rings.
    delay = models.PositiveSmallIntegerField("minutes after the page", default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("delay", "created_at")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(way=Channel.SERVICE.value, provider__isnull=False)
                | (~Q(way=Channel.SERVICE.value) & Q(provider__isnull=True)),
                name="a_service_has_its_provider",
            ),
        ]

    def __str__(self) -> str:
        return str(self.provider) if self.provider else self.get_way_display()
