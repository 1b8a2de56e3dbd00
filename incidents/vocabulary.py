"""The words of an incident, each with one meaning (docs: CONTRIBUTING, Words)."""

from django.db.models import TextChoices


class Type(TextChoices):
    """What kind of incident; it relabels and adds, the backbone is one."""

    AVAILABILITY = "availability", "Availability"
    SECURITY = "security", "Security"
    QUALITY = "quality", "Quality or delivery"
    DATA = "data", "Data or privacy"
    INTERNAL = "internal", "Internal tooling"
    DRILL = "drill", "Drill"
    UNSURE = "unsure", "Not sure"


class Severity(TextChoices):
    """How bad it is at its worst; blank is unknown, which only an imported incident may be."""

    S1 = "S1", "S1 Critical"
    S2 = "S2", "S2 High"
    S3 = "S3", "S3 Medium"
    S4 = "S4", "S4 Low"


class Phase(TextChoices):
    """Where the work stands, inside."""

    TRIAGE = "triage", "Triage"
    IDENTIFICATION = "identification", "Identification"
    MITIGATION = "mitigation", "Mitigation"
    REMEDIATION = "remediation", "Remediation"
    POST_INCIDENT = "post_incident", "Post-incident"
    CLOSED = "closed", "Closed"
    DECLINED = "declined", "Declined"
    MERGED = "merged", "Merged"


class Disposition(TextChoices):
    """What it turned out to be."""

    REAL = "real", "Real"
    NEAR_MISS = "near_miss", "Near miss"
    FALSE_ALARM = "false_alarm", "False alarm"


class Visibility(TextChoices):
    """Who may see it."""

    ORGANISATION = "organisation", "Everybody in the organisation"
    RESTRICTED = "restricted", "Members only"


class Posture(TextChoices):
    """Whether the public is told."""

    UNDECIDED = "undecided", "Not decided"
    POST = "post", "Post on the status page"
    NOT_REQUIRED = "not_required", "Not required"


class Priority(TextChoices):
    """How fast; follows the severity unless somebody argues (domain §2.2)."""

    P1 = "P1", "P1"
    P2 = "P2", "P2"
    P3 = "P3", "P3"
    P4 = "P4", "P4"


class Audience(TextChoices):
    """For whom a notice is written."""

    RESPONDERS = "responders", "Responders"
    STAKEHOLDERS = "stakeholders", "Stakeholders"
    EXECUTIVES = "executives", "Executives"
    PUBLIC = "public", "Public"


class Way(TextChoices):
    """By whose word a bulletin went out."""

    ROUTINE = "routine", "nothing changed that somebody must look at"
    BEFOREHAND = "beforehand", "in the wording approved beforehand"
    APPROVED = "approved", "approved"
    OWN = "own", "on the author’s own word; nobody else was there"
    UNANSWERED = "unanswered", "without feedback"
    HOLDING = "holding", "holding text, published by itself"


class Milestone(TextChoices):
    """The instants that durations are made of."""

    DETECTED = "detected_at", "Detected"
    DECLARED = "declared_at", "Declared"
    ACKNOWLEDGED = "acknowledged_at", "Acknowledged"
    MITIGATED = "mitigated_at", "Mitigated"
    RESOLVED = "resolved_at", "Resolved"
    CLOSED = "closed_at", "Closed"


OPEN_PHASES = (Phase.TRIAGE, Phase.IDENTIFICATION, Phase.MITIGATION, Phase.REMEDIATION)
# Work is still owed in these; post-incident is over for customers but not for us.
LIVE_PHASES = (*OPEN_PHASES, Phase.POST_INCIDENT)
EXITS = (Phase.CLOSED, Phase.DECLINED, Phase.MERGED)


class Duty(TextChoices):
    """What can be owed."""

    ACKNOWLEDGEMENT = "acknowledgement", "Acknowledgement"
    CONFIRMATION = "confirmation", "Severity confirmation"
    POSTURE = "posture", "Decision to tell the public"
    PUBLIC_UPDATE = "public_update", "Public update"
    STAKEHOLDER_NOTICE = "stakeholder_notice", "Stakeholder notice"
    EXECUTIVE_NOTICE = "executive_notice", "Executive brief"
    PHASE_TIMER = "phase_timer", "Identification"
    RELEVEL = "relevel", "Second look at the severity"
    REVIEW = "review", "Review"
    ACTION = "action", "Action"

    @property
    def errand(self) -> str:
        """What is to be done, as an errand for whoever owes it."""
        return ERRANDS.get(self, self.label)


ERRANDS: dict[str, str] = {
    Duty.ACKNOWLEDGEMENT: "Answer the page",
    Duty.CONFIRMATION: "Confirm the severity",
    Duty.POSTURE: "Decide whether the public is told",
    Duty.PHASE_TIMER: "Agree on a mitigation",
    Duty.RELEVEL: "Look at the severity again",
    Duty.REVIEW: "Write the review",
}


class Kind(TextChoices):
    """What happened: the kinds of timeline entries."""

    DECLARED = "declared", "Declared"
    IMPORTED = "imported", "Imported"
    UPDATED = "updated", "Update"
    SITUATION = "situation", "Situation edited"
    DETAILS = "details", "Details edited"
    ESCALATED = "escalated", "Severity raised"
    CORRECTED = "corrected", "Severity corrected"
    CONFIRMED = "confirmed", "Severity confirmed"
    TRANSITIONED = "transitioned", "Phase"
    MONITORING = "monitoring", "Monitoring"
    REOPENED = "reopened", "Reopened"
    DECLINED = "declined", "Declined"
    MERGED = "merged", "Merged"
    CHECKED = "checked", "Checklist"
    TIME_CORRECTED = "time_corrected", "Time corrected"
    IMPACT = "impact", "Impact"
    PAGED = "paged", "Paged"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    JOINED = "joined", "Joined"
    TAKEN = "taken", "Role taken"
    OFFERED = "offered", "Role offered"
    ACCEPTED = "accepted", "Role accepted"
    RELEASED = "released", "Released"
    ASKED = "asked", "Help asked"
    POSTURE = "posture", "Public posture"
    DRAFTED = "drafted", "Bulletin drafted"
    APPROVAL = "approval", "Approval"
    BULLETIN = "bulletin", "Bulletin"
    HOLDING = "holding", "Holding text"
    TAKEN_BACK = "taken_back", "Taken back"
    NOTICE = "notice", "Notice"
    NUDGED = "nudged", "Due soon"
    OVERDUE = "overdue", "Overdue"
    SNOOZED = "snoozed", "Snoozed"
    REVIEW = "review", "Review"
    ACTION = "action", "Action"
    ACCESS = "access", "Access"
    LINKED = "linked", "Linked"
