#!/usr/bin/env python
"""Runs the suite: on SQLite, on PostgreSQL where one answers, then what drives real processes and a browser.

What cannot run is said in one line each, with how to get it. With SITREP_REQUIRE=1 it fails instead.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import reach  # noqa: E402 - the path comes first

TOGETHER = "not browser and not processes"
ALONE = "browser or processes"


def leg(name: str, *arguments: str, database: str = "") -> int:
    """One run of pytest; 0 where it passed."""
    env = os.environ | ({"DATABASE_URL": database} if database else {})
    print(f"\n── {name}", flush=True)
    began = time.monotonic()
    code = subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, env=env, check=False).returncode
    print(f"── {name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code


def main() -> int:
    extra = sys.argv[1:]
    codes = [leg("SQLite", "-n", "2", "-m", TOGETHER, *extra)]
    database = reach.POSTGRES_URL if reach.has_postgres() else ""
    if database:
        codes.append(leg("PostgreSQL", "-n", "2", "-m", TOGETHER, *extra, database=database))
    else:
        print(f"\n── PostgreSQL: not run; start one at {reach.POSTGRES_URL}, or name it in TEST_DATABASE_URL")
        codes.append(int(reach.REQUIRED))
    codes.append(leg("Processes and browser", "-m", ALONE, *extra, database=database))
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
