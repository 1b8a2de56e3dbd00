"""`manage.py keep_figures verify | rebuild | fold`: whether what is kept for figures says what the rows say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from insights import keeping, remaking
from kit import clock


class Command(BaseCommand):
    help = (
        "verify: hold facts and tallies against the rows. rebuild: make them anew. "
        "fold: fold in what changed, as the ticker does; where very much did, make them anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("verify", "rebuild", "fold"))

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "fold" and keeping.is_far_behind():
            what = "rebuild"
        if what == "fold":
            keeping.catch_up(clock.now())
            self.stdout.write("Nothing is left to fold in.")
        elif what == "rebuild":
            self.stdout.write(f"{remaking.rebuild()} facts were made anew.")
        else:
            wrong = remaking.verify()
            if wrong:
                raise CommandError("\n".join(wrong))
            self.stdout.write("What is kept says what the rows say.")
