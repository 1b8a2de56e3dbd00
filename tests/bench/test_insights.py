"""What `make bench-insights` says of what it measured."""

import pytest

from bench.insights import BARS, BY_ROWS, EIGHT_YEARS, NEW_ONE, Measured, rows
from bench.table import Row

SIZES = ["1k", "10k", "1M"]


def found(**changed: dict[str, Measured]) -> dict[str, dict[str, Measured]]:
    """Everything takes the same at every size, unless `changed` says otherwise."""
    same = {size: Measured(20.0, 8, 1000) for size in SIZES}
    names = [*BARS, "search, a rare word", EIGHT_YEARS, BY_ROWS, NEW_ONE, "list, everything"]
    return dict.fromkeys(names, same) | {BY_ROWS: dict.fromkeys(SIZES, Measured(900.0, 1, 0))} | changed


def row(what: str, **changed: dict[str, Measured]) -> Row:
    return next(one for one in rows(found(**changed), SIZES) if one.what == what)


def test_everything_reaches_its_bar_where_size_changes_nothing() -> None:
    assert all(one.is_reached for one in rows(found(), SIZES))


@pytest.mark.parametrize(
    ("name", "base", "bar"), [("board", "1k", 1.2), ("list, everything", "10k", 1.3), ("search, a rare word", "10k", 3)]
)
def test_a_page_is_held_against_the_size_that_it_must_not_outgrow(name: str, base: str, bar: float) -> None:
    slow = {size: Measured(20.0 if size == base else 1.0, 8, 1000) for size in SIZES}
    within, beyond = (slow | {"1M": Measured(20.0 * bar * by, 8, 1000)} for by in (0.99, 1.01))
    assert row(name, **{name: within}).is_reached
    assert not row(name, **{name: beyond}).is_reached
    assert row(name, **{name: within}).against == f"{base}: 20 ms"


def test_the_statements_of_the_worst_list_are_counted() -> None:
    many = {"list, everything": {size: Measured(20.0, 13, 1000) for size in SIZES}}
    assert not row("statements of a list, the most", **many).is_reached


def test_an_answer_that_grows_with_the_incidents_is_named() -> None:
    grown = {"board": {size: Measured(20.0, 8, 1000 if size != "1M" else 1200) for size in SIZES}}
    named = row("a response's size, the most grown", **grown)
    assert not named.is_reached
    assert named.against == "1k: board"


def test_charts_are_held_against_ten_thousand_for_few_incidents_are_few_marks() -> None:
    few = {EIGHT_YEARS: {"1k": Measured(20.0, 8, 500), "10k": Measured(20.0, 8, 1000), "1M": Measured(20.0, 8, 1090)}}
    assert row("a response's size, the most grown", **few).is_reached
    assert not row(
        "the largest answer of figures", **{EIGHT_YEARS: dict.fromkeys(SIZES, Measured(20.0, 8, 700_000))}
    ).is_reached
