#!/usr/bin/env python
"""Runs the suite: on SQLite, on PostgreSQL where one answers, then what drives real processes and a browser.

What cannot run is said in one line each, with how to get it. With SITREP_REQUIRE=1 it fails instead, and the order of
the tests is always the same. What failed is tried once more, alone; whatever passes only then is named at the end.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests import reach  # noqa: E402 - the path comes first

TOGETHER = "not browser and not processes"
ALONE = "browser or processes"
PASSED, SOME_FAILED = 0, 1
# More than so many are no accident.
MOST_TRIED_AGAIN = 10
STEADY = ("--randomly-seed=1",) if reach.REQUIRED else ()


@dataclass
class Suite:
    """The runs of pytest so far, and what came of them."""

    is_broken: bool = False
    # Sentences for the very end.
    said: list[str] = field(default_factory=list)

    def leg(self, name: str, *arguments: str, workers: int = 0, database: str = "") -> None:
        """One run of pytest, and of what failed in it a second."""
        env = os.environ | ({"DATABASE_URL": database} if database else {})
        print(f"\n── {name}", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="sitrep-suite-") as cache:
            command = (*STEADY, "-o", f"cache_dir={cache}", *arguments)
            code = pytest(env, *(("-n", str(workers)) if workers else ()), *command)
            failed = failures(cache)
            if code == SOME_FAILED and are_accidents(failed):
                print(f"── {name}: what failed once more, alone", flush=True)
                code = pytest(env, *command, "--last-failed", "--last-failed-no-failures=none")
                self.said += [f"passed at the second try: {one} ({name})" for one in sorted(failed - failures(cache))]
                failed = failures(cache)
        self.said += [f"failed: {one} ({name})" for one in sorted(failed)]
        self.is_broken |= code != PASSED
        said = "passed" if code == PASSED else f"FAILED with {code}"
        print(f"── {name}: {said} in {time.monotonic() - began:.0f} s", flush=True)


def pytest(env: dict[str, str], *arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *arguments], cwd=ROOT, env=env, check=False).returncode


def are_accidents(failed: set[str]) -> bool:
    """Few tests, and not files that cannot even be read."""
    return len(failed) <= MOST_TRIED_AGAIN and all("::" in one for one in failed)


def failures(cache: str) -> set[str]:
    """The tests that failed when they last ran, by what pytest calls them."""
    kept = Path(cache) / "v/cache/lastfailed"
    return set(json.loads(kept.read_text())) if kept.exists() else set()


def main() -> int:
    suite, extra = Suite(), sys.argv[1:]
    suite.leg("SQLite", "-m", TOGETHER, *extra, workers=2)
    database = reach.POSTGRES_URL if reach.has_postgres() else ""
    if database:
        suite.leg("PostgreSQL", "-m", TOGETHER, *extra, workers=2, database=database)
    else:
        print(f"\n── PostgreSQL: not run; start one at {reach.POSTGRES_URL}, or name it in TEST_DATABASE_URL")
        suite.is_broken |= reach.REQUIRED
    suite.leg("Processes and browser", "-m", ALONE, *extra, database=database)
    print("", *suite.said, sep="\n── ", flush=True)
    return int(suite.is_broken)


if __name__ == "__main__":
    sys.exit(main())
