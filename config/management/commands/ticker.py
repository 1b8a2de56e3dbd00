"""manage.py ticker: run the ticker until SIGTERM."""

from typing import Any

from django.core.management.base import BaseCommand

from config.ticker import Ticker


class Command(BaseCommand):
    help = "Look at what is due every 250 ms: chase, relay, render. Any number may run at once."
    # Checks load every address; what serves them does so itself, and nobody waits for it twice.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        Ticker().run()
