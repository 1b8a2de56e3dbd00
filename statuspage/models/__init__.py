"""Pages, components, public incidents and maintenances with their bulletins, and subscribers."""

from statuspage.models.incident import AffectedComponent, Bulletin, PublicIncident
from statuspage.models.page import Component, Page, page_id, validate_zone
from statuspage.models.readers import LEAST_IMPACTS, Subscriber, Untold

__all__ = [
    "LEAST_IMPACTS",
    "AffectedComponent",
    "Bulletin",
    "Component",
    "Page",
    "PublicIncident",
    "Subscriber",
    "Untold",
    "page_id",
    "validate_zone",
]
