"""The rendered page on loopback, served as `make run` does it, for clients that are not ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from statuspage.serving import Site


class Quiet(WSGIRequestHandler):
    """Serves without a word."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to say."""


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The address of the pages below this folder."""
    with make_server("127.0.0.1", 0, Site(root), handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
