"""References: INC-n without gaps for what everybody may see, a random one for what is restricted from its start."""

from django.db import connection

from incidents.models import ReferenceCounter
from kit.secrets import new_id

COUNT = "UPDATE incidents_referencecounter SET last = last + %s WHERE id = 1 RETURNING last"


def spelled(text: str) -> str:
    """A reference as it is kept, however somebody wrote it: “INC-” and small letters."""
    beginning, dash, rest = text.strip().partition("-")
    return beginning.upper() + dash + rest.lower()


def hold() -> None:
    """Hold the counter until the transaction ends; declarations pass one after the other."""
    _count(0)


def give(*, restricted: bool) -> str:
    """The next reference. A number is taken in the transaction that uses it, so none is lost.

    Either way the counter is held from here on, so that declarations pass one after the other.
    """
    if restricted:
        hold()
        return f"INC-{new_id(8)}"
    return give_many(1)[0]


def give_back(*, restricted: bool) -> None:
    """It is not needed after all; call it in the transaction that took it."""
    if not restricted:
        _count(-1)


def give_many(count: int) -> list[str]:
    """So many references in a row, for history that is taken in at once."""
    last = _count(count)
    return [f"INC-{number}" for number in range(last - count + 1, last + 1)]


def _count(more: int) -> int:
    """Count on in one statement, which holds the row, and say the last number then."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [more])
        row = cursor.fetchone()
    if row:
        return int(row[0])
    # The first of all: two at once make one row.
    ReferenceCounter.objects.get_or_create(pk=1)
    return _count(more)
