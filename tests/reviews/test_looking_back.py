"""Looking back: the review that a grave incident closes with, and actions that somebody owes by a day."""

from datetime import datetime, timedelta

import pytest

from incidents import chasing, levelling
from incidents.models import Incident
from incidents.vocabulary import Duty, Phase, Severity
from kit import clock
from kit.rules import RuleBroken
from reviews import finding, learning
from reviews.models import Action, Review
from roles.models import User
from tests.browsing import browser
from tests.incidents.stories import declared, kinds, owed
from tests.people import admin, everybody_on_call, grace, linus, stella
from tests.reviews.stories import close, resolved

pytestmark = pytest.mark.django_db
LEARNED = "The limit of connections was too low. We alert on it now."
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def world(morning: datetime) -> None:
    everybody_on_call()


def given(incident: Incident, *, owner: User | None = None, due_in: timedelta = WEEK) -> Action:
    """Grace gives somebody something to do."""
    due_at = clock.now() + due_in
    return learning.add_action(incident, "Alert on connections", owner=owner or linus(), due_at=due_at, actor=grace())


def test_a_review_is_owed_from_the_resolution_and_writing_it_ends_that() -> None:
    incident = resolved(Severity.S2)
    assert owed(incident, Duty.REVIEW)
    learning.write(incident, f"  {LEARNED}\n", actor=grace())
    assert owed(incident, Duty.REVIEW) is None
    assert Review.objects.get().text == LEARNED
    assert kinds(incident)[-1] == "review"


def test_a_review_written_anew_keeps_its_day_and_the_earlier_text_stays_on_the_timeline() -> None:
    incident = resolved(Severity.S2)
    first = learning.write(incident, "We do not know yet.", actor=grace())
    with clock.shifted(timedelta(days=1)):
        second = learning.write(incident, LEARNED, actor=linus())
    assert (second.pk, second.written_at, second.author) == (first.pk, first.written_at, linus())
    assert second.updated_at > first.updated_at
    bodies = incident.events.filter(kind="review").order_by("position").values_list("body", flat=True)
    assert list(bodies) == ["We do not know yet.", LEARNED]


def test_rel1_4_whoever_reviews_confirms_or_corrects_the_severity_and_all_three_are_kept() -> None:
    incident = resolved(Severity.S2)
    reason, because = "Nobody could pay.", levelling.UNDER_ESTIMATED
    incident = levelling.correct(incident, Severity.S1, actor=grace(), reason=reason, because=because)
    learning.write(incident, LEARNED, actor=grace(), severity=Severity.S3)
    closed, said = close(incident), finding.of(incident)
    assert (closed.initial_severity, closed.peak_severity, said.severity) == ("S2", "S1", "S3")
    assert (said.said_by, closed.phase) == (grace(), Phase.CLOSED)


def test_the_form_offers_the_severity_it_had_and_saving_confirms_it() -> None:
    incident = resolved(Severity.S2)
    page = browser(grace()).get(f"/incidents/{incident.reference}/review/").content.decode()
    assert '<option value="S2" selected>' in page
    browser(grace()).post(f"/incidents/{incident.reference}/review/", {"text": LEARNED, "severity": "S2"})
    assert finding.of(incident).severity == Severity.S2


def test_a_review_without_a_word_of_the_severity_leaves_it_as_it_was_said() -> None:
    incident = resolved(Severity.S2)
    learning.write(incident, LEARNED, actor=grace(), severity=Severity.S3)
    learning.write(incident, f"{LEARNED} Indeed.", actor=grace())
    assert finding.of(incident).severity == Severity.S3


def test_nobody_looks_back_while_it_goes_on_or_without_words() -> None:
    with pytest.raises(RuleBroken, match="once the incident is resolved"):
        learning.write(declared(Severity.S2), LEARNED, actor=grace())
    with pytest.raises(RuleBroken, match="Write what was learned"):
        learning.write(resolved(Severity.S2), "   ", actor=grace())
    with pytest.raises(RuleBroken, match="You may not"):
        learning.write(resolved(Severity.S2), LEARNED, actor=stella())
    assert not Review.objects.exists()


def test_an_action_is_owed_by_its_owner_until_it_is_done() -> None:
    incident = resolved(Severity.S3)
    action = given(incident)
    debt = owed(incident, Duty.ACTION)
    assert debt is not None
    assert (debt.owner, debt.due_at) == (linus(), action.due_at)
    learning.finish(action, actor=linus())
    action.refresh_from_db()
    assert owed(incident, Duty.ACTION) is None
    assert (action.done_by, action.done_at is not None) == (linus(), True)
    assert kinds(incident)[-2:] == ["action", "action"]


def test_two_actions_are_owed_each_by_itself() -> None:
    incident = resolved(Severity.S3)
    first, second = given(incident), given(incident, owner=grace())
    learning.finish(first, actor=linus())
    debt = owed(incident, Duty.ACTION)
    assert debt is not None
    assert (debt.owner, debt.subject) == (grace(), str(second.pk))


def test_an_action_that_nobody_did_speaks_to_its_owner_when_it_is_due() -> None:
    incident = resolved(Severity.S3)
    action = given(incident)
    assert list(Action.objects.overdue(clock.now())) == []
    with clock.shifted(WEEK + timedelta(minutes=1)):
        assert list(Action.objects.overdue(clock.now())) == [action]
        while chasing.chase(clock.now()):
            pass
    said = incident.events.filter(kind="overdue", data__duty=Duty.ACTION).last()
    assert said is not None
    assert str(linus().pk) in said.data["people"]


def test_an_action_is_for_somebody_here_by_a_day_ahead_and_in_a_sentence() -> None:
    incident, gone = resolved(Severity.S3), admin()
    gone.is_active = False
    gone.save()
    with pytest.raises(RuleBroken, match="at a time ahead"):
        given(incident, due_in=-WEEK)
    with pytest.raises(RuleBroken, match="has left"):
        given(incident, owner=gone)
    with pytest.raises(RuleBroken, match="what is to be done"):
        learning.add_action(incident, " ", owner=linus(), due_at=clock.now() + WEEK, actor=grace())
    assert not Action.objects.exists()


def test_what_is_done_is_not_done_twice() -> None:
    action = given(resolved(Severity.S3))
    learning.finish(action, actor=linus())
    with pytest.raises(RuleBroken, match="done already"):
        learning.finish(action, actor=grace())


def test_actions_of_a_hidden_incident_are_hidden_with_it() -> None:
    action = given(resolved(Severity.S2, is_restricted=True))
    assert list(Action.objects.visible_to(grace())) == [action]
    assert list(Action.objects.visible_to(stella())) == []
    with pytest.raises(Incident.DoesNotExist):
        learning.finish(action, actor=stella())


def test_a_grave_incident_does_not_close_without_its_review_and_a_small_one_does() -> None:
    grave, small = resolved(Severity.S2), resolved(Severity.S4)
    assert close(small).phase == Phase.CLOSED
    with pytest.raises(RuleBroken, match="closes with a review"):
        close(grave)
    learning.write(grave, LEARNED, actor=grace())
    assert close(grave).phase == Phase.CLOSED
