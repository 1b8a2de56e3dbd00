"""manage.py audit: look for what should never be, mend what can be mended, and say what was found."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kit import clock
from notifications import auditing


class Command(BaseCommand):
    help = "Look for what should never be, and mend what can be mended. Ends with 1 where something was found."

    def handle(self, *args: Any, **options: Any) -> None:
        found = auditing.audit(clock.now())
        for finding in found:
            mended = " Mended." if finding.is_mended else ""
            self.stdout.write(
                f"{finding.check}: {finding.sentence} ({finding.count}: {', '.join(finding.names)}){mended}"
            )
        if found:
            raise CommandError(f"{len(found)} findings.")
        self.stdout.write("Nothing found.")
