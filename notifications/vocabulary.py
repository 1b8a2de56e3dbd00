"""The words of the ledger: where a letter stands, how it travels, for whom it was written, and how soon it goes."""

from django.db.models import IntegerChoices, TextChoices


class State(TextChoices):
    """Where a delivery stands. Waiting and sending are open; the others are settled and stay as a row."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    PARKED = "parked", "Parked"
    CANCELLED = "cancelled", "Cancelled"


OPEN_STATES = (State.WAITING, State.SENDING)


class Channel(TextChoices):
    """How a letter travels; `notifications.channels` knows the transport of each."""

    MAIL = "mail", "E-mail"
    WEBHOOK = "webhook", "Webhook"
    CHAT = "chat", "Chat"
    SERVICE = "service", "Service"
    LOG = "log", "Log"


class Lane(IntegerChoices):
    """How soon: everything due in a lane is claimed before anything of the next."""

    PAGE = 1, "Page"
    NOTICE = 2, "Notice"
    BULLETIN = 3, "Bulletin"


class To(TextChoices):
    """For whom a notice was written."""

    PERSON = "person", "Personal"
    RESPONDERS = "responders", "Responders"
    STAKEHOLDERS = "stakeholders", "Stakeholders"
    EXECUTIVES = "executives", "Executives"
    SUBSCRIBERS = "subscribers", "Subscribers"
    CONFIRMATION = "confirmation", "New subscriber"
    REPORTER = "reporter", "Reporter"
    OWNER = "owner", "Owner of an endpoint"
