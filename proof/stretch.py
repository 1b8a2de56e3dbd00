"""A stretch of trials: sinks, worlds and databases of its own, made once, and every story told in peace first."""

import gc
import json
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from config.environment import mail
from proof import cast, children, engine, sinks
from proof.cast import Cast
from proof.checking import evidence, rules
from proof.children import Place
from proof.ground import Ground
from proof.planting import Planted, Point
from proof.stories import Story
from proof.trial import AT_LAST, Bench, begin, gathered, settle_at_last, tell

EMPTY = "empty"


def migrate(ground: Ground) -> None:
    """The template that every other is made from: all tables, no rows."""
    ground.use("migrated")
    call_command("migrate", verbosity=0)
    ground.keep(EMPTY)


def bench(ground: Ground, folder: Path, *, worlds: Sequence[str] = tuple(cast.WORLDS), is_sour: bool = True) -> Bench:
    """Everything that the trials of a stretch stand on. `ground` has the empty template, and quiet comes first."""
    place = Place(folder)
    place.use()
    servers = sinks.started(folder, is_sour=is_sour)
    send_to(servers.mail_port)
    made = Bench(ground, place, servers, Cast(servers.hook_port))
    for world in worlds:
        _make(made, world)
    # What was read until now is shared with every process that is forked from this one, and never looked at again.
    gc.freeze()
    made.before = frozenset(one.key for one in evidence.accepted(servers.path, 0))
    return made


def send_to(port: int) -> None:
    settings.EMAIL_BACKEND = "notifications.mailing.Backend"
    settings.MAIL_URL = f"smtp://127.0.0.1:{port}"
    for name, value in mail(settings.MAIL_URL).items():
        setattr(settings, name, value)
    settings.EGRESS_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.REDIS_URL = ""


def _make(made: Bench, world: str) -> None:
    """The world's rows are made here, so that this process has read what they need; its letters go from another."""
    place, further = made.place, cast.WORLDS[world]
    place.set_clock(timedelta())
    evidence.clear(place.var, keep=place.folder / "quiet.public")
    made.ground.begin("quiet" if further else EMPTY)
    (further or cast.quiet)(made.cast)
    engine.relay_alone()
    connections.close_all()
    code = children.wait(children.forked("world", place, lambda: _tell(place)))
    if code:
        raise AssertionError(f"The world “{world}” could not be made:\n{place.log.read_text()}")
    made.ground.keep(world)
    shutil.copytree(place.public, place.folder / f"{world}.public", symlinks=True, dirs_exist_ok=True)


def _tell(place: Place) -> None:
    engine.settle()
    for more in AT_LAST:
        place.set_clock(more)
        engine.settle()


class Peace:
    """What a story passes, how long it takes, and what the checker says of it where nobody is killed."""

    def __init__(self, made: Bench, points: Sequence[Point]) -> None:
        self._bench, self._points = made, points
        self.passed: dict[str, Counter[str]] = {}
        self.spans: dict[str, float] = {}

    def tell(self, story: Story) -> list[str]:
        made, place = self._bench, self._bench.place
        begin(made, story)
        began = made.sinks.path.stat().st_size
        began_at = time.monotonic()
        code = children.wait(children.forked("P", place, lambda: self._count(story)))
        self.spans[story.name] = time.monotonic() - began_at
        if code:
            return [f"broke: it ended with {code}"]
        self.passed[story.name] = Counter(json.loads((place.folder / "passed").read_text()))
        return rules.of_all(gathered(made, began), story.arrives, story.kills)

    def _count(self, story: Story) -> None:
        counted: Counter[str] = Counter()

        def watch(point: Point) -> None:
            counted[point.name] += 1

        Planted(self._points, watch)
        tell(self._bench, story, timedelta())
        # What is passed afterwards is passed in a trial by another process than the one that is killed.
        (self._bench.place.folder / "passed").write_text(json.dumps(counted))
        settle_at_last(self._bench, story, timedelta())
