"""The fail points stand where the product is: a place that was renamed is told before a long run fails."""

import pytest

from proof.planting import Point, found
from proof.points import ALL, CAN_BE_STOPPED_AT

AREAS = {"web", "ticker", "relay", "claim", "send", "record", "snapshot"}


@pytest.mark.parametrize("point", ALL, ids=lambda point: point.name)
def test_every_point_stands_at_something_that_is_there(point: Point) -> None:
    owner, name = found(point.target)
    assert callable(getattr(owner, name))


def test_there_are_points_over_the_whole_way_of_a_letter() -> None:
    names = [point.name for point in ALL]
    assert len(set(names)) == len(names) >= 40
    assert {point.area for point in ALL} == AREAS
    assert set(CAN_BE_STOPPED_AT) <= set(names)
