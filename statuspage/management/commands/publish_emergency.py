"""`manage.py publish_emergency "text"`: says something on the public page while the database is gone."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kit.rules import RuleBroken
from statuspage import emergency


class Command(BaseCommand):
    help = (
        "Publish a statement into the rendered files of this host; no database is asked. It is taken into the database "
        "as soon as that answers again. Another one goes on with the first until one is resolved."
    )
    # Checks would ask the database.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", help="What readers should know. Markdown.")
        parser.add_argument("--page", metavar="SLUG", default="", help="The page, where there are several.")
        parser.add_argument("--name", default=emergency.USUAL_NAME, help="Its title, with the first statement.")
        parser.add_argument("--state", default="investigating", help="investigating, identified, monitoring, resolved")

    def handle(self, *args: Any, text: str, page: str, name: str, state: str, **options: Any) -> None:
        try:
            said = emergency.publish(folder(page), text, name=name, state=state)
        except RuleBroken as error:
            raise CommandError(f"{error.sentence}\nNothing was published.") from error
        self.stdout.write(
            f"Published as {state}: /incidents/{said.incident}. It is taken in when the database answers."
        )


def folder(page: str) -> Path:
    """The page's files: of the one that is named, or of the only one there is."""
    rendered = [link.parent for link in sorted(Path(settings.PUBLIC_ROOT).glob("*/current"))]
    meant = [path for path in rendered if page in ("", path.name)]
    if len(meant) != 1:
        names = ", ".join(path.name for path in rendered) or "none"
        raise CommandError(f"Name one page with --page; rendered here: {names}.")
    return meant[0]
