"""Keeping facts and tallies equal to what the rows say: folding in what changed.

A trigger notes each changed incident in the transaction of its change (`Changed`). The ticker folds such
incidents: their old facts are counted out of their tallies and the new ones in, and the notes deleted, in one
transaction. A crash leaves the notes, and they are folded again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db import transaction

from incidents.vocabulary import Visibility
from insights import counting, facts, reading, recurring, scopes
from insights.counting import Counted, Part
from insights.facts import RUNS, Place, name_of, places
from insights.models import Changed, Fact, Keeper, Tally, new_edition
from insights.recurring import Trace
from roles import organisation

AT_ONCE = 500
# More notes than this take longer to fold in than to make everything anew.
MANY = 20_000
# Before and after; None where there was, or is, no such incident.
Change = tuple[Fact | None, Fact | None]
COLUMNS = ("scope", "grain", "start", "severity", "is_imported", "is_drill", "is_restricted")


def fold(now: datetime) -> int:
    """Fold in some of what changed; how many notes that were. Nothing while somebody else is at it."""
    return _fold() if Changed.objects.exists() else 0


def catch_up(now: datetime) -> None:
    """Fold until nothing is left; for whoever cannot wait for the ticker."""
    while fold(now):
        pass


def withdraw() -> None:
    """Take out at once what was restricted since its fact was made: nobody's figures wait for the ticker to forget it.

    Whoever is folding or making everything anew is waited for; its note stays, and changes nothing any more.
    """
    noted = Fact.objects.filter(pk__in=Changed.objects.values("incident_id"))
    hidden = noted.filter(is_restricted=False, incident__visibility=Visibility.RESTRICTED)
    pks = set(hidden.values_list("pk", flat=True))
    if pks:
        _withdraw(pks)


@transaction.atomic
def _withdraw(pks: set[UUID]) -> None:
    Keeper.objects.select_for_update().get(pk=1)
    _settle(pks)


def waiting() -> int:
    """How many notes of changes are still to be folded in; of many only that there are many."""
    return Changed.objects.all()[:AT_ONCE].count()


def is_far_behind() -> bool:
    """Whether making everything anew is quicker, as after a migration."""
    return Changed.objects.all()[: MANY + 1].count() > MANY


@transaction.atomic
def _fold() -> int:
    # One at a time: whoever read an incident later must not be overwritten by who read it sooner.
    if not Keeper.objects.select_for_update(skip_locked=True).filter(pk=1).exists():
        return 0
    notes = dict(Changed.objects.order_by("pk").values_list("pk", "incident_id")[:AT_ONCE])
    _settle(set(notes.values()))
    Changed.objects.filter(pk__in=notes).delete()
    return len(notes)


def _settle(pks: set[UUID]) -> None:
    pairs = _pairs(pks)
    # What is found out of one incident may make later ones repeats of it.
    pairs += _pairs((recurring.followers(_traces(pairs)) | recurring.named_after(pks)) - pks)
    changes = [(was, now) for was, now in pairs if not (was and now and facts.same(was, now)) and (was or now)]
    _recount(changes)
    made = [new for _, new in changes if new]
    Fact.objects.bulk_create(made, update_conflicts=True, unique_fields=["incident"], update_fields=facts.FIELDS[1:])
    Fact.objects.filter(pk__in=[old.pk for old, new in changes if old and not new]).delete()


def _pairs(pks: set[UUID]) -> list[Change]:
    zone = organisation.calendar().zone
    new = {found.pk: facts.made(found, zone) for found in reading.milestones(pks)}
    old = {fact.pk: fact for fact in Fact.objects.filter(pk__in=pks)}
    return [(old.get(pk), new.get(pk)) for pk in pks]


def _traces(pairs: list[Change]) -> Iterator[Trace]:
    """Of facts, old and new, whose services and factors are known."""
    for fact in chain.from_iterable(pairs):
        if fact and fact.repeated_of:
            yield Trace(fact.pk, fact.declared_at, frozenset(scopes.services(fact.scopes)))


def _recount(changes: list[Change]) -> None:
    taken = _by_place(was for was, _ in changes if was)
    added = _by_place(now for _, now in changes if now)
    names = _touched(changes)
    wanted = {name_of(place): place for place in {*taken, *added}}
    rows = Tally.objects.filter(pk__in=wanted).only("key", "n", "numbers", *names).in_bulk()
    for key, place in wanted.items():
        row = rows.get(key)
        found = counting.read(row, names) if row else Counted()
        for part in taken.get(place, ()):
            found.take(part)
        for part in added.get(place, ()):
            found.add(part)
        found.settle()
        _write(key, place, found, is_new=row is None)


def _by_place(counted: Iterable[Fact]) -> dict[Place, list[Part]]:
    found: dict[Place, list[Part]] = defaultdict(list)
    for fact in counted:
        part = Part(fact)
        for place in places(fact):
            found[place].append(part)
    return found


def _touched(changes: Iterable[Change]) -> list[str]:
    """The runs that differ afterwards; the others are neither read nor written."""
    touched: set[str] = set()
    for was, now in changes:
        before, after = ({name_of(place) for place in places(one)} if one else set() for one in (was, now))
        old, new = (set(facts.marks(one)) if one else set() for one in (was, now))
        touched |= {name for name, *_ in (old ^ new if before == after else old | new)}
    return [name for name in RUNS if name in touched]


def _write(key: str, place: Place, found: Counted, *, is_new: bool) -> None:
    if is_new:
        Tally.objects.create(key=key, **dict(zip(COLUMNS, place, strict=True)), **found.columns())
    elif found.n:
        Tally.objects.filter(pk=key).update(edition=new_edition(), **found.columns())
    else:
        Tally.objects.filter(pk=key).delete()
