"""The web application for a WSGI server."""

import os
import sys
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

# A thread that holds a lock of the database, as every declaration holds the counter, must not wait 5 ms after each
# statement for the others to let it go on; all who need that lock would wait with it.
sys.setswitchinterval(0.0005)

UP = b'{"up": true}'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(UP))), ("Cache-Control", "no-store")]


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer `/healthz` at once, everything else with Django.

    Whoever watches the process asks by the address of the container, which is no host that Django would
    answer, and must not be told that the process is dead because the database is.
    """
    if environ.get("PATH_INFO") != "/healthz" or environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
        return django_application(environ, start_response)
    start_response("200 OK", HEADERS)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else UP]
