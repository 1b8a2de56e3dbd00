"""What one person may do on one incident: asked once for a page, so that it draws only what works. A question."""

from dataclasses import dataclass, replace

from incidents.models import Incident
from roles.models import User

RESPOND, STEER = "incidents.respond_incident", "incidents.steer_incident"
SPEAK, GRANT, REVIEW = "incidents.speak_publicly", "incidents.grant_access", "reviews.write_review"


@dataclass(frozen=True)
class Leave:
    """The permissions of the commands, as a page asks for them."""

    respond: bool
    steer: bool
    speak: bool
    grant: bool
    review: bool


def of(incident: Incident | None, user: User) -> Leave:
    """What this person may do here; without an incident, on any of them. The commands ask again."""
    return Leave(
        respond=user.has_perm(RESPOND, incident),
        steer=user.has_perm(STEER, incident),
        speak=user.has_perm(SPEAK, incident),
        grant=user.has_perm(GRANT, incident),
        review=user.has_perm(REVIEW, incident),
    )


def where_engaged(user: User) -> Leave:
    """The same on the incidents that this person takes part in, asked once for all of them."""
    return replace(of(None, user), respond=True, review=True)
