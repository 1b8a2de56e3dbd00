"""Facts about who is told and what they were told."""

from notifications.models.audiences import AudienceMember, Contact, Endpoint, MailServer, Provider
from notifications.models.engine import Audit, Breaker, Heartbeat
from notifications.models.letters import Attempt, Delivery, Notice, Stuck

__all__ = [
    "Attempt",
    "AudienceMember",
    "Audit",
    "Breaker",
    "Contact",
    "Delivery",
    "Endpoint",
    "Heartbeat",
    "MailServer",
    "Notice",
    "Provider",
    "Stuck",
]
