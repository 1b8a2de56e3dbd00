"""The roles of an incident, each with what it does and does not do (domain §2.3)."""

from dataclasses import dataclass

from django.db.models import TextChoices


class Role(TextChoices):
    """What somebody is on an incident. The value is stored; the label is shown."""

    LEAD = "lead", "Incident lead"
    ENGINEER = "engineer", "Engineer on call"
    SECURITY_ENGINEER = "security_engineer", "Security engineer"
    INCIDENT_MANAGER = "incident_manager", "Incident manager"
    COMMUNICATIONS = "communications", "Communications manager"
    EXECUTIVE_LIAISON = "executive_liaison", "Executive liaison"
    EXPERT = "expert", "Subject expert"
    SCRIBE = "scribe", "Scribe"
    DEPUTY = "deputy", "Deputy"


@dataclass(frozen=True)
class Card:
    """A role card: one sentence, what the role does, what it does not, and the first five minutes."""

    role: Role
    purpose: str
    does: tuple[str, ...]
    does_not: tuple[str, ...]
    first_minutes: tuple[str, ...]
    filled_by: str


CARDS: dict[Role, Card] = {
    card.role: card
    for card in (
        Card(
            Role.LEAD,
            "One person who drives the incident to its end and alone may call it resolved.",
            ("Keeps the situation, cause and times right", "Sees that every duty has an owner", "Calls it resolved"),
            ("Does everything alone", "Leaves without handing over"),
            ("Read the situation aloud", "Check that every role has a person", "Agree what happens next, and by when"),
            "S1 and S2: the incident manager. S3 and S4: the engineer on call. Security: the security engineer.",
        ),
        Card(
            Role.ENGINEER,
            "First responder: acknowledges within 15 minutes, finds and mitigates.",
            (
                "Acknowledges the page and joins",
                "Asks first whether a change or a flag can be turned back",
                "Writes findings into the room",
            ),
            ("Leaves the record empty", "Joins calls with customers"),
            ("Acknowledge", "Say what you see in the room", "Look at the last changes and flags"),
            "The engineering rotation of the affected service, else the first engineering rotation.",
        ),
        Card(
            Role.SECURITY_ENGINEER,
            "Validates a security report, sets its scope and preserves evidence.",
            ("Validates and sets severity and scope", "Preserves evidence", "Decides who may see the incident"),
            ("Discusses it with people who are not members",),
            ("Acknowledge", "Confirm it is real", "List who must know"),
            "The security rotation, for every security incident.",
        ),
        Card(
            Role.INCIDENT_MANAGER,
            "Coordinates people and decisions so that engineers can work.",
            (
                "Gathers the right people and lets the others go",
                "Decides whether the public is told",
                "Approves what is said outside",
            ),
            ("Debugs",),
            ("Join and say so", "Confirm the severity", "Decide on the public page within 15 minutes"),
            "The incident manager rotation, for S1 and S2.",
        ),
        Card(
            Role.COMMUNICATIONS,
            "Tells customers and stakeholders what they need, on time.",
            ("Writes the bulletins", "Keeps the promised times", "Notifies stakeholders"),
            ("Guesses at causes", "Briefs executives", "Writes the public review"),
            ("Read the situation", "Write the first bulletin: effect, since when, next update", "Watch the clock"),
            "The communications rotation, for S1 and S2.",
        ),
        Card(
            Role.EXECUTIVE_LIAISON,
            "Keeps executives informed and pulls in other divisions.",
            ("Briefs executives", "Finds people across divisions", "Answers questions so that others need not"),
            ("Replaces the incident manager",),
            ("Confirm that it is an S1", "Send the first brief once the effect is understood"),
            "The executive liaison rotation, for every S1.",
        ),
        Card(
            Role.EXPERT,
            "Knows the part that is broken.",
            ("Reports condition, actions, needs", "Does what the incident manager asks"),
            ("Acts on their own",),
            ("Join and say what you know", "Ask what is needed of you"),
            "Asked by the incident manager or the engineer.",
        ),
        Card(
            Role.SCRIBE,
            "Writes down what is decided and seen.",
            ("Keeps the timeline", "Notes decisions and open questions"),
            ("Fixes things",),
            ("Read the timeline", "Ask for what is missing"),
            "Asked by the incident manager.",
        ),
        Card(
            Role.DEPUTY,
            "Second to the incident manager in a long or complex incident.",
            ("Keeps the timers", "Takes over when asked"),
            ("Decides over the incident manager's head",),
            ("Ask the incident manager what to take",),
            "Asked by the incident manager.",
        ),
    )
}

# Roles that only one person holds at a time on an incident.
SINGLE = frozenset({Role.LEAD, Role.INCIDENT_MANAGER, Role.COMMUNICATIONS, Role.EXECUTIVE_LIAISON})
# Roles that a rotation can fill.
ON_ROTATION = (
    Role.ENGINEER,
    Role.SECURITY_ENGINEER,
    Role.INCIDENT_MANAGER,
    Role.COMMUNICATIONS,
    Role.EXECUTIVE_LIAISON,
)
