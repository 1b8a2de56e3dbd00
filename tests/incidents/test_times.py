"""When things happened, put right afterwards: with a reason, in order, never ahead, shown as corrected (E4, E11)."""

from datetime import timedelta

import pytest

from incidents import communications, lifecycle, narrative, timeline, times
from incidents.models import Event, Incident
from incidents.vocabulary import Kind, Milestone, Phase, Posture, Severity
from kit import clock
from kit.rules import RuleBroken
from tests.browsing import browser, text
from tests.incidents.stories import answered
from tests.people import everybody_on_call, linus

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def world(morning: object) -> None:
    everybody_on_call()


def fresh(incident: Incident) -> Incident:
    return Incident.unrestricted.get(pk=incident.pk)


def mitigated() -> Incident:
    """Ten minutes of impact; mitigation after five minutes, remediation after ten."""
    incident = answered(Severity.S3)
    times.start_impact(incident, clock.now(), actor=linus())
    with clock.shifted(5 * MINUTE):
        lifecycle.transition(incident, Phase.MITIGATION, actor=linus())
    with clock.shifted(10 * MINUTE):
        times.end_impact(incident, clock.now(), actor=linus())
        return lifecycle.transition(incident, Phase.REMEDIATION, actor=linus())


def last(incident: Incident) -> str:
    return narrative.sentence(Event.objects.filter(incident=incident).latest("position"))


def test_it_came_back_after_it_was_mitigated() -> None:
    """AC-REL3-2."""
    incident = mitigated()
    with clock.shifted(20 * MINUTE):
        found = lifecycle.recur(incident, actor=linus(), reason="errors are back")
    assert (found.phase, found.mitigated_at) == (Phase.MITIGATION, None)
    assert [window.ended_at is None for window in found.windows.all()] == [False, True]
    assert timeline.first_broken_link(fresh(incident)) is None
    said = [narrative.sentence(event) for event in Event.objects.filter(incident=incident, kind=Kind.IMPACT)]
    assert said[-1] == "It came back (2. window of impact): felt again since 10:20 UTC"


def test_it_came_back_while_we_watched() -> None:
    incident = answered(Severity.S3)
    lifecycle.transition(incident, Phase.MITIGATION, actor=linus())
    times.end_impact(incident, clock.now(), actor=linus())
    lifecycle.monitor(incident, actor=linus())
    with clock.shifted(20 * MINUTE):
        found = lifecycle.recur(incident, actor=linus(), reason="errors are back", at=clock.now() - 2 * MINUTE)
    assert (found.phase, found.is_monitoring, found.monitoring_until) == (Phase.MITIGATION, False, None)
    with clock.shifted(21 * MINUTE), pytest.raises(RuleBroken, match="Say when the impact ended"):
        lifecycle.transition(incident, Phase.REMEDIATION, actor=linus())


@pytest.mark.parametrize(
    ("minutes", "code"), [(5, "out_of_order"), (60, "in_the_future")], ids=["still felt then", "ahead"]
)
def test_it_came_back_after_it_ended_and_not_ahead(minutes: int, code: str) -> None:
    incident = mitigated()
    at = clock.now() + minutes * MINUTE
    with clock.shifted(20 * MINUTE), pytest.raises(RuleBroken) as refused:
        lifecycle.recur(incident, actor=linus(), reason="errors are back", at=at)
    assert refused.value.code == code


def test_what_has_not_ended_cannot_come_back() -> None:
    incident = answered(Severity.S3)
    times.start_impact(incident, clock.now(), actor=linus())
    lifecycle.transition(incident, Phase.MITIGATION, actor=linus())
    with pytest.raises(RuleBroken, match="has not ended yet"):
        lifecycle.recur(incident, actor=linus(), reason="errors are back")


def test_another_end_of_the_impact_needs_its_reason_and_is_shown_as_corrected() -> None:
    incident = mitigated()
    with clock.shifted(15 * MINUTE):
        earlier = clock.now() - 7 * MINUTE
        with pytest.raises(RuleBroken, match="The end is known already"):
            times.end_impact(incident, earlier, actor=linus())
        times.end_impact(incident, earlier, actor=linus(), reason="the graphs say so")
    assert fresh(incident).mitigated_at == earlier
    assert last(incident) == "The end of the impact corrected from 10:10 UTC to 10:08 UTC"


def test_another_start_of_the_impact_is_shown_as_corrected() -> None:
    incident = mitigated()
    with clock.shifted(15 * MINUTE):
        times.start_impact(incident, clock.now() - 55 * MINUTE, actor=linus(), reason="a customer wrote")
    assert last(incident) == "The start of the impact corrected from 10:00 UTC to 09:20 UTC"


def test_mitigated_and_the_end_of_the_impact_stay_one() -> None:
    incident = mitigated()
    with clock.shifted(15 * MINUTE):
        at = clock.now() - 8 * MINUTE
        times.correct(incident, Milestone.MITIGATED, at, actor=linus(), reason="the graphs say so")
        early = clock.now() - 60 * MINUTE
        with pytest.raises(RuleBroken, match="before it started"):
            times.correct(incident, Milestone.MITIGATED, early, actor=linus(), reason="a slip")
    assert incident.windows.get().ended_at == at == fresh(incident).mitigated_at


def test_the_time_at_which_a_phase_was_entered_can_be_put_right_in_order() -> None:
    incident = mitigated()
    with clock.shifted(15 * MINUTE):
        now = clock.now()
        for at, sentence in ((now - 30 * MINUTE, "began later"), (now - MINUTE, "was left before")):
            with pytest.raises(RuleBroken, match=sentence):
                times.correct_phase(incident, 2, at, actor=linus(), reason="looked it up")
        with pytest.raises(RuleBroken, match="give 1 to 3"):
            times.correct_phase(incident, 4, now, actor=linus(), reason="looked it up")
        with pytest.raises(RuleBroken, match="lies ahead"):
            times.correct_phase(incident, 3, now + MINUTE, actor=linus(), reason="looked it up")
        with pytest.raises(RuleBroken, match="needs its reason"):
            times.correct_phase(incident, 2, now - 12 * MINUTE, actor=linus(), reason=" ")
        times.correct_phase(incident, 2, now - 12 * MINUTE, actor=linus(), reason="looked it up")
    way = list(incident.phase_entries.all())
    assert way[0].left_at == way[1].entered_at == now - 12 * MINUTE == fresh(incident).identified_at
    assert last(incident) == "Phase “Mitigation”, entry 2, corrected from 10:05 UTC to 10:03 UTC"


def test_the_page_puts_a_milestone_and_a_phase_right() -> None:
    incident, client = mitigated(), browser(linus())
    address = f"/incidents/{incident.reference}/times/"
    assert "2. Mitigation" in text(client.get(address))
    with clock.shifted(15 * MINUTE):
        sent = {"which": "2", "at": "2026-11-23T10:03:00", "reason": "looked it up"}
        assert client.post(address, sent).status_code == 302
        sent = {"which": "mitigated_at", "at": "2026-11-23T10:08:00", "reason": "looked it up"}
        assert client.post(address, sent).status_code == 302
        refused = client.post(address, sent | {"which": "9"})
    assert refused.status_code == 422
    found = fresh(incident)
    assert (f"{found.identified_at:%H:%M}", f"{found.mitigated_at:%H:%M}") == ("10:03", "10:08")


def test_the_room_offers_that_it_came_back_where_it_can() -> None:
    incident, client = mitigated(), browser(linus())
    assert "It came back" in text(client.get(incident.get_absolute_url()))
    with clock.shifted(20 * MINUTE):
        assert client.post(f"{incident.get_absolute_url()}recur/", {"reason": "errors are back"}).status_code == 302
    assert fresh(incident).windows.count() == 2
    assert "It came back" not in text(client.get(incident.get_absolute_url())).split("Timeline")[0]


def test_times_of_what_was_resolved_stay_in_their_order() -> None:
    incident = mitigated()
    communications.decide_posture(incident, Posture.NOT_REQUIRED, actor=linus(), reason="nobody outside feels it")
    with clock.shifted(12 * MINUTE):
        lifecycle.transition(incident, Phase.POST_INCIDENT, actor=linus())
        with pytest.raises(RuleBroken, match="must be after “Mitigated”"):
            times.correct(incident, Milestone.RESOLVED, clock.now() - 9 * MINUTE, actor=linus(), reason="a slip")
