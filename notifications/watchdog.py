"""The outside watch: a URL that is told once a minute that all is well, and told nothing otherwise."""

import logging
from datetime import datetime

from django.conf import settings

from kit import egress
from notifications import auditing, crew
from notifications.crew import Errand, Lines

log = logging.getLogger(__name__)


def watch(now: datetime) -> None:
    """Audit when it is time, and let the outside know if nothing was found. A step of the ticker."""
    if not auditing.is_due(now):
        return
    found = auditing.audit(now)
    for finding in found:
        log.error("The auditor: %s (%s: %s)", finding.sentence, finding.count, ", ".join(finding.names))
    if not found and settings.WATCHDOG_URL:
        # The ticker waits for nobody outside.
        crew.OURS.add([Errand(_tell)])


def _tell(_: Lines) -> None:
    try:
        egress.post(settings.WATCHDOG_URL, b"", {})
    except (egress.Refused, egress.Unreachable) as error:
        log.warning("The outside watch was not told that all is well: %s", error)
