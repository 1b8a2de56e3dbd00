"""The facts of incidents, a module a subject."""

from incidents.models.access import Member
from incidents.models.catalogue import Service
from incidents.models.communications import Approval, Draft, PublicLink, Wording
from incidents.models.engagement import Engagement
from incidents.models.incident import ImpactWindow, Incident, PhaseEntry, PhaseMove, ReferenceCounter, Tick
from incidents.models.obligation import Obligation
from incidents.models.policy import CadencePolicy
from incidents.models.timeline import Event, Untold

__all__ = [
    "Approval",
    "CadencePolicy",
    "Draft",
    "Engagement",
    "Event",
    "ImpactWindow",
    "Incident",
    "Member",
    "Obligation",
    "PhaseEntry",
    "PhaseMove",
    "PublicLink",
    "ReferenceCounter",
    "Service",
    "Tick",
    "Untold",
    "Wording",
]
