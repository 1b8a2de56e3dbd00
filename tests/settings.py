"""The settings of the tests: the house's own, in test mode, with a database file that several threads can open."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("SITREP_MODE", "test")
# Playwright runs a loop in the thread of the test, which uses the database all the same.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from config.settings import *  # noqa: F403
from config.settings import DATABASES

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # In memory, threads would share one connection's locks; waiting for the disk proves nothing here.
    _folder = tempfile.mkdtemp(prefix="sitrep-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON"
    )
