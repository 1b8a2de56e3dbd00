"""python -m proof.chaos: starts the servers, sets Django up for them, and lets chaos reign."""

import argparse
import importlib
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError

from proof import surroundings
from proof.chaos.servers import Postgres, Redis


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m proof.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", default="1")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sitrep-chaos-", dir=surroundings.quick_folder()))
    # The user postgres goes through it.
    folder.chmod(0o755)
    database, broker = Postgres(folder), Redis(folder)
    try:
        surroundings.prepare(folder, database.url)
        code: int = importlib.import_module("proof.chaos.run").main(asked, folder, database, broker)
        return code
    finally:
        broker.go_on()
        broker.kill()
        with suppress(CalledProcessError):
            database.stop_at_once()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
