"""`manage.py import_statuspage DIR`: takes in the history of a status page. Says what it did, sends nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from incidents import archive, importing
from incidents.importing import Summary, Tally
from kit.rules import RuleBroken

BAR = 40


class Bar:
    """A progress bar on a terminal; quiet where nobody watches."""

    def __init__(self, command: BaseCommand, total: int) -> None:
        self.out = command.stderr
        self.total, self.done = total, 0
        self.is_watched = self.out.isatty()

    def step(self) -> None:
        self.done += 1
        if self.is_watched and (self.done % 10 == 0 or self.done == self.total):
            full = BAR * self.done // self.total
            self.out.write(f"\r[{'#' * full}{'.' * (BAR - full)}] {self.done} of {self.total}", ending="")
            self.out.write("\n" if self.done == self.total else "", ending="")


class Command(BaseCommand):
    help = "Take in the history of a status page: incidents, maintenances and components, marked as imported."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder",
            metavar="DIR",
            type=Path,
            help="A folder with incidents.json, scheduled-maintenances.json and components.json "
            "in the shape of the Statuspage API v2.",
        )
        parser.add_argument(
            "--page", metavar="SLUG", default="", help="The page to take it into, where there are several."
        )

    def handle(self, *args: Any, folder: Path, page: str, **options: Any) -> None:
        try:
            read = archive.read(folder)
            bar = Bar(self, len(read.incidents) + len(read.maintenances))
            summary = importing.take_in(read, slug=page, progress=bar.step)
        except RuleBroken as error:
            raise CommandError(f"{error.sentence}\nNothing was imported.") from error
        self.stdout.write("\n".join(said(summary)))


def said(summary: Summary) -> list[str]:
    """The summary, a line a file and a line a reason."""
    told = []
    for name in ("components", "incidents", "maintenances"):
        tally: Tally = getattr(summary, name)
        skipped = sum(tally.skipped.values())
        told.append(f"{name}: {tally.created} created, {tally.updated} updated, {skipped} skipped")
        told += [f"  skipped {count}: {reason}" for reason, count in sorted(tally.skipped.items())]
    return told
