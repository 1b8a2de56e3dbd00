"""Actions go with the work: when two incidents are merged, or parted again (named in settings.MERGE_BRINGS)."""

from collections.abc import Sequence

from incidents.models import Incident, Obligation
from incidents.vocabulary import Duty
from reviews.models import Action


def carry(origin: Incident, to: Incident, only: Sequence[str] | None = None) -> list[str]:
    """Move the actions that are not done, or only those with these keys, with their clocks. Returns their keys."""
    found = Action.objects.open().filter(incident=origin)
    moved = list(found if only is None else found.filter(key__in=only))
    Action.objects.filter(pk__in=[action.pk for action in moved]).update(incident=to)
    owed = Obligation.objects.open().filter(incident=origin, duty=Duty.ACTION)
    owed.filter(subject__in=[str(action.pk) for action in moved]).update(incident=to)
    return [action.key for action in moved]
