"""A process that asks one database: it reads names and writes how long each took, with a `+` its statements, too."""

import importlib
import json
import sys

import django


def main() -> None:
    django.setup()
    # It stands on the models, which exist only from here on.
    desk = importlib.import_module("bench.requests").Desk()
    print(json.dumps(list(desk.names)), flush=True)
    for line in sys.stdin:
        name = line.strip()
        print(json.dumps(desk.ask(name.removeprefix("+"), counted=name.startswith("+"))), flush=True)
    desk.tidy()


if __name__ == "__main__":
    main()
