"""python -m proof crash|mutants|stage: the proof, with Django set up for it and a folder that goes when it ends."""

import argparse
import importlib
import shutil
import sys
import tempfile
from pathlib import Path

from proof import surroundings

WORDS = {"crash": "proof.crash", "mutants": "proof.planted", "stage": "proof.stage"}


def main() -> int:
    asked = _asked()
    folder = Path(tempfile.mkdtemp(prefix="sitrep-proof-", dir=surroundings.quick_folder()))
    try:
        surroundings.prepare(folder, surroundings.postgres_url() if asked.db == "postgres" else "")
        code: int = importlib.import_module(WORDS[asked.word]).main(asked, folder)
        return code
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof", description=__doc__)
    parser.add_argument("word", choices=sorted(WORDS))
    parser.add_argument("--db", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", type=int, help="the number of one trial, to have it again")
    parser.add_argument("--stretches", type=int, default=2, help="how many run at once")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
