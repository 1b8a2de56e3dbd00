"""What looking back puts in the way of closing an incident (named in settings.PHASE_CHECKS)."""

from incidents import policies
from incidents.blockers import Blocker
from incidents.models import Incident
from incidents.vocabulary import Phase, Severity
from reviews.models import Review


def blockers(incident: Incident, to: Phase) -> list[Blocker]:
    """A grave incident does not close without its review (domain §2.4, §2.9)."""
    if to != Phase.CLOSED or not is_required(incident) or Review.objects.filter(incident=incident).exists():
        return []
    sentence = f"An {incident.peak_severity} closes with a review. Write what was learned."
    return [Blocker("review_missing", sentence, "the lead", "review")]


def is_required(incident: Incident) -> bool:
    return bool(incident.peak_severity and policies.of(incident).review_days.get(Severity(incident.peak_severity)))
