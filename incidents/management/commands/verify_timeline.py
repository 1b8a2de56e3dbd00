"""`manage.py verify_timeline [REFERENCE …]`: whether every timeline still says what was written down."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from incidents import timeline
from incidents.models import Incident


class Command(BaseCommand):
    help = "Follow the chain of every timeline, or of those named: nothing was changed, left out or put in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("references", metavar="REFERENCE", nargs="*", help="An incident; all, if none is named.")

    def handle(self, *args: Any, references: list[str], **options: Any) -> None:
        asked = _named(references) if references else Incident.unrestricted.order_by("declared_at")
        broken = [sentence for pk in list(asked.values_list("pk", flat=True)) if (sentence := _look(pk))]
        if broken:
            raise CommandError("\n".join(broken))
        self.stdout.write(f"{asked.count()} timelines looked at; every one says what was written down.")


def _named(references: list[str]) -> Any:
    found = Incident.unrestricted.filter(reference__in=references)
    strange = set(references) - set(found.values_list("reference", flat=True))
    if strange:
        raise CommandError(f"There is no incident {', '.join(sorted(strange))}. A reference looks like INC-17.")
    return found


@transaction.atomic
def _look(pk: UUID) -> str:
    """A sentence where the chain breaks; held meanwhile, so that nothing is written while one reads."""
    incident = Incident.unrestricted.lock(pk)
    position = timeline.first_broken_link(incident)
    if position is None:
        return ""
    return f"{incident.reference}: entry {position} is not what was written, or does not follow the one before it."
