"""Each part of the benchmark in a process and a database of its own: `python -m bench.alone bench.letters`."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg

from bench.table import ROOT, Row

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
# The last line of a part's output begins with this.
ROWS = "rows: "


def run(module: str) -> list[Row]:
    """What `module.rows()` measures in a process of its own, on an empty database that was migrated."""
    with tempfile.TemporaryDirectory() as folder, database(f"bench_{module.rpartition('.')[2]}") as url:
        env = environment(folder, url)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=env, check=True)
        said = subprocess.run(
            [sys.executable, "-m", "bench.alone", module],
            cwd=ROOT,
            env=env,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    return [Row(*row) for row in json.loads(said.rpartition(ROWS)[2])]


def environment(folder: str, url: str) -> dict[str, str]:
    """What the product's processes are told: everything on this machine, nothing kept."""
    return os.environ | {
        "SITREP_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "only-for-the-benchmark-" + "x" * 40,
        "DATABASE_URL": url,
        "SITREP_VAR": folder,
        "EGRESS_ALLOWED_NETWORKS": "127.0.0.0/8",
        "PYTHONUNBUFFERED": "1",
        # Modules are compiled once, as in the image, whatever the shell of whoever measures says.
        "PYTHONDONTWRITEBYTECODE": "",
        "REDIS_URL": "",
    }


@contextmanager
def database(name: str) -> Iterator[str]:
    """An empty database of that name, gone afterwards."""
    parts = urlsplit(POSTGRES)
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        drop = psycopg.sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(psycopg.sql.Identifier(name))
        server.execute(drop)
        server.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.execute(drop)


def main() -> None:
    django.setup()
    rows: list[Row] = importlib.import_module(sys.argv[1]).rows()
    print(ROWS + json.dumps(rows))


if __name__ == "__main__":
    main()
