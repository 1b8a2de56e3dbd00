"""manage.py serve: the quick start, everything as one process tree on this machine."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from config.processes import Child, Tree
from config.quickstart import answers, check_port_is_free, interruptible, speaks
from demo import story
from roles.models import User


class Command(BaseCommand):
    help = "Migrate, seed when empty (DEMO=0 leaves that out), then run web, ticker and the public page together."
    # Checks load every address; what serves them does so itself, and nobody waits for it twice.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.QUICKSTART:
            raise CommandError("`serve` is the quick start. In production run web, worker and ticker by themselves.")
        for port, variable in ((settings.WEB_PORT, "PORT"), (settings.PUBLIC_PORT, "PUBLIC_PORT")):
            check_port_is_free(port, variable)
        call_command("migrate", verbosity=0)
        if settings.DEMO:
            self.tell_the_story()
        Tree(children(), is_ready=is_ready, announce=self.greet, say=self.stdout.write).run()

    def tell_the_story(self) -> None:
        """Where nobody is yet."""
        if story.was_interrupted():
            raise CommandError(
                "The demo was stopped while it was made, and the database of DATABASE_URL holds half of it. "
                "Empty that database, or name another."
            )
        if User.objects.exists():
            return
        self.stdout.write("Making a small organisation with six months of history …")
        self.stdout.flush()
        try:
            with interruptible():
                story.tell()
        except KeyboardInterrupt:
            raise CommandError("Stopped while the demo was made; the next start makes it anew.") from None

    def greet(self) -> None:
        self.stdout.write(f"\n  Sitrep       {settings.SITE_URL}\n  Public page  {settings.PUBLIC_URL}\n")
        if story.was_told():
            self.stdout.write(f"  Sign in      {story.SIGN_IN}  {story.password()}\n")
            if not settings.DEMO:
                self.stdout.write(
                    "  The demo lives here already. SITREP_VAR=FOLDER DEMO=0 make run begins elsewhere.\n"
                )
        else:
            self.stdout.write(f"  Begin at     {settings.SITE_URL}/setup/\n")
        self.stdout.write("  Ctrl-C stops it; nothing is lost.\n")
        self.stdout.flush()


def children() -> list[Child]:
    """Web, ticker and the public page's own small server; all of them on this machine only."""
    env = os.environ | {"PUBLIC_ROOT": str(settings.PUBLIC_ROOT), "PYTHONUNBUFFERED": "1"}
    return [
        Child("web", granian("config.wsgi:application", settings.WEB_PORT, workers=1, threads=4), env),
        Child("ticker", (sys.executable, "manage.py", "ticker"), env),
        Child("public page", public_page(settings.PUBLIC_PORT), env),
    ]


def public_page(port: int) -> tuple[str, ...]:
    """It answers from memory: threads would only wait for one another, and processes do not."""
    return granian("statuspage.serving:application", port, workers=2, threads=1)


def granian(application: str, port: int, *, workers: int, threads: int) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", str(threads), "--runtime-mode", "st"),
        *("--workers-kill-timeout", "2", "--log-level", "warning", application),
    )


def is_ready() -> bool:
    """Both servers answer; and where the story was told, its status page is there."""
    if not answers(f"http://127.0.0.1:{settings.WEB_PORT}/healthz"):
        return False
    public = f"http://127.0.0.1:{settings.PUBLIC_PORT}"
    return answers(f"{public}/api/v2/status.json") if story.was_told() else speaks(public)
