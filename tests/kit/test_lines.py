"""A title or a name is one line that people can see."""

import pytest

from incidents import lifecycle, situation
from incidents.lifecycle import Declaration
from incidents.models import Incident
from incidents.vocabulary import Type
from kit.lines import check_line
from kit.rules import RuleBroken
from roles import membership
from tests.incidents.stories import declared
from tests.people import ada

BAD = ["two\nlines", "bell\x07", "\u202eevil", "a\u2028b", "\u2066x"]


@pytest.mark.parametrize("text", BAD)
def test_what_breaks_or_turns_a_line_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="in one line") as refused:
        check_line(text, "no_title", "Say it.", field="title")
    assert (refused.value.code, refused.value.field) == ("not_a_line", "title")


@pytest.mark.parametrize("text", ["", "  ", "\u200b\u200d", "\u00ad"])
def test_what_nobody_can_see_is_as_good_as_nothing(text: str) -> None:
    with pytest.raises(RuleBroken, match=r"Say it\.") as refused:
        check_line(text, "no_title", "Say it.", field="title")
    assert refused.value.code == "no_title"


@pytest.mark.parametrize("text", ["Zahlung schlägt fehl", "決済が失敗する", "الدفع متوقف", "👩\u200d🚒 on fire", " x "])
def test_what_people_write_is_allowed(text: str) -> None:
    check_line(text, "no_title", "Say it.", field="title")


@pytest.mark.django_db
def test_titles_and_names_are_lines() -> None:
    with pytest.raises(RuleBroken, match="in one line"):
        lifecycle.declare(Declaration(title="API\nBcc: x", type=Type.AVAILABILITY), actor=ada())
    assert not Incident.unrestricted.exists()
    incident = declared()
    with pytest.raises(RuleBroken, match="in one line"):
        situation.edit(incident, {"title": "\u202eevil"}, was={"title": incident.title}, actor=ada())
    with pytest.raises(RuleBroken, match="in one line"):
        membership.describe(ada(), name="Grace\u202e", time_zone="UTC", phone="", actor=ada())
