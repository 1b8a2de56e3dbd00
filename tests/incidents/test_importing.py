"""Taking in the history of a status page: what becomes of it, and that twice is once."""

import html
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from incidents import communications, lifecycle, timeline
from incidents.models import Event, Incident, Obligation, Untold
from incidents.vocabulary import Kind, Phase, Posture
from kit import clock
from kit.rules import RuleBroken
from notifications.models import Delivery, Notice
from statuspage.models import Page, PublicIncident
from statuspage.models import Untold as PublicUntold
from statuspage.vocabulary import State
from tests import reach
from tests.incidents.archives import files, incident, maintenance, update
from tests.people import everybody_on_call, grace, stella
from tests.statuspage_world import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def real_data() -> Path:
    """A history as it was published, beside the checkout."""
    return reach.shared("data", "github-status")


def run(folder: Path, *options: str) -> str:
    """Import, as one does at the machine; gives what is said on standard output."""
    said = StringIO()
    call_command("import_statuspage", str(folder), *options, stdout=said)
    return said.getvalue()


def the_incident() -> Incident:
    return Incident.unrestricted.get()


def nobody_was_told() -> bool:
    queues = (Untold, PublicUntold, Notice, Delivery)
    return not any(queue.objects.exists() for queue in queues)


def test_an_imported_incident_is_history_with_unknown_severity(tmp_path: Path) -> None:
    assert "incidents: 1 created, 0 updated, 0 skipped" in run(files(tmp_path, incident()))
    found = the_incident()
    assert (found.reference, found.title, found.severity, found.peak_severity) == ("INC-1", "Pages are slow", "", "")
    assert (found.is_imported, found.phase, found.external_id, found.cadence) == (True, Phase.CLOSED, "abc1", None)
    (window,) = found.windows.all()
    assert found.resolved_at
    assert (found.resolved_at - window.started_at).total_seconds() == 70 * 60
    assert found.declared_at == window.started_at


def test_it_owes_nothing_tells_nobody_and_is_never_current(tmp_path: Path) -> None:
    everybody_on_call()
    run(files(tmp_path, incident(), incident(identity="abc2", status="investigating", resolved_at=None)))
    everything = Incident.objects.visible_to(stella())
    assert everything.count() == 2
    assert not everything.open().exists()
    assert not everything.live().exists()
    assert not Obligation.objects.exists()
    assert not PublicIncident.objects.current().exists()
    assert nobody_was_told()


def test_its_timeline_says_the_updates_when_they_were_shown_and_the_chain_holds(tmp_path: Path) -> None:
    run(files(tmp_path, incident()))
    found = the_incident()
    told = [(event.kind, event.data.get("state"), event.occurred_at.isoformat()) for event in found.events.all()]
    assert told == [
        (Kind.IMPORTED, None, "2026-03-01T09:50:00+00:00"),
        (Kind.BULLETIN, "investigating", "2026-03-01T10:00:00+00:00"),
        (Kind.BULLETIN, "resolved", "2026-03-01T11:00:00+00:00"),
    ]
    assert timeline.first_broken_link(found) is None
    (link,) = found.public_links.all()
    assert link.public_incident.external_id == "abc1"


def test_one_that_was_never_said_to_be_over_is_closed_and_has_no_resolution(tmp_path: Path) -> None:
    said = incident(status="investigating", resolved_at=None, incident_updates=[update()])
    run(files(tmp_path, said))
    found = the_incident()
    assert (found.phase, found.resolved_at) == (Phase.CLOSED, None)
    assert not found.is_live


def test_it_stays_where_it_is_however_fresh_it_is(tmp_path: Path) -> None:
    start, end = ((clock.now() - timedelta(hours=hours)).isoformat() for hours in (2, 1))
    run(files(tmp_path, incident(started_at=start, created_at=start, resolved_at=end, updated_at=end)))
    with pytest.raises(RuleBroken, match="An imported incident is history"):
        lifecycle.transition(the_incident(), Phase.IDENTIFICATION, actor=grace(), note="it came back")


def test_nothing_more_is_said_of_it_outside(tmp_path: Path) -> None:
    run(files(tmp_path, incident()))
    words = communications.Words(state=State.INVESTIGATING, body="It is back.", name="Again", page=Page.objects.get())
    with pytest.raises(RuleBroken, match="nothing more is said of it"):
        communications.publish(the_incident(), words, actor=grace())
    with pytest.raises(RuleBroken, match="nothing more is said of it"):
        communications.decide_posture(the_incident(), Posture.POST, actor=grace())


@pytest.mark.parametrize("name", ["room", "severity", "phase", "impact", "times", "details", "situation", "bulletin"])
def test_every_page_of_its_room_opens(tmp_path: Path, name: str) -> None:
    run(files(tmp_path, incident()))
    client = Client()
    client.force_login(grace())
    assert client.get(reverse(name, args=["INC-1"])).status_code in (200, 409)


def test_references_are_given_in_the_order_of_their_start(tmp_path: Path) -> None:
    later = incident("Later", "abc2", started_at="2026-03-01T10:30:00Z")
    run(files(tmp_path, later, incident("Earlier")))
    given = dict(Incident.unrestricted.values_list("reference", "title"))
    assert given == {"INC-1": "Earlier", "INC-2": "Later"}


def test_the_same_archive_twice_is_imported_once(tmp_path: Path) -> None:
    folder = files(tmp_path, incident(), maintenances=[maintenance()])
    run(folder)
    version = the_incident().version
    said = run(folder)
    assert "incidents: 0 created, 0 updated, 1 skipped" in said
    assert "maintenances: 0 created, 0 updated, 1 skipped" in said
    assert "components: 0 created, 0 updated, 1 skipped" in said
    assert "skipped 1: unchanged since the last import" in said
    assert (the_incident().version, the_incident().events.count()) == (version, 3)
    assert PublicIncident.objects.count() == 2


def test_what_the_archive_said_since_is_added(tmp_path: Path) -> None:
    open_still = incident(
        status="investigating",
        resolved_at=None,
        updated_at="2026-03-01T10:00:00Z",
        incident_updates=[update(id="abc1-u-investigating-2026-03-01T10:00:00Z")],
    )
    run(files(tmp_path, open_still))
    assert "incidents: 0 created, 1 updated, 0 skipped" in run(files(tmp_path, incident("Pages were slow")))
    found = the_incident()
    assert found.title == "Pages were slow"
    assert found.resolved_at
    assert found.windows.get().ended_at == found.resolved_at
    assert [event.data.get("state") for event in found.events.all()] == [None, "investigating", "resolved"]
    assert timeline.first_broken_link(found) is None
    assert nobody_was_told()


def test_a_fault_changes_nothing_and_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        CommandError, match=r"incident 2 \(“abc2”\), field “status” is 'gone'; .*\nNothing was imported\."
    ) as refused:
        run(files(tmp_path, incident(), incident(identity="abc2", status="gone")))
    assert "allowed are investigating" in str(refused.value)
    assert not Incident.unrestricted.exists()
    assert not Page.objects.exists()


def test_the_page_is_the_only_one_or_named_or_made(tmp_path: Path) -> None:
    folder = files(tmp_path, incident())
    run(folder)
    assert Page.objects.get().name == "Elsewhere"
    denomas = page()
    with pytest.raises(CommandError, match="There are several pages; name one with --page: denomas, elsewhere"):
        run(folder)
    with pytest.raises(CommandError, match="there is no page “nowhere”; there are: denomas, elsewhere"):
        run(folder, "--page", "nowhere")
    run(files(tmp_path, incident(identity="other")), "--page", "denomas")
    assert PublicIncident.objects.get(external_id="other").page == denomas


def test_the_bar_is_for_those_who_watch(tmp_path: Path) -> None:
    folder = files(tmp_path, *(incident(identity=f"i{number}") for number in range(12)))
    quiet, watched = StringIO(), StringIO()
    call_command("import_statuspage", str(folder), stdout=StringIO(), stderr=quiet)
    watched.isatty = lambda: True  # type: ignore[method-assign]
    call_command("import_statuspage", str(folder), stdout=StringIO(), stderr=watched)
    assert quiet.getvalue() == ""
    assert watched.getvalue().endswith("12 of 12\n")


def test_a_real_page_twice_gives_no_duplicate_and_no_letter(real_data: Path) -> None:
    everybody_on_call()
    first = run(real_data)
    assert "incidents: 908 created, 0 updated, 0 skipped" in first
    assert "maintenances: 30 created, 0 updated, 0 skipped" in first
    assert "components: 12 created, 0 updated, 0 skipped" in first
    second = run(real_data)
    assert "incidents: 0 created, 0 updated, 908 skipped" in second
    assert "maintenances: 0 created, 0 updated, 30 skipped" in second
    assert Incident.unrestricted.count() == 908
    assert PublicIncident.objects.count() == 938
    assert Event.objects.count() == 908 + 4778
    assert Incident.unrestricted.filter(resolved_at=None).count() == 107
    assert all(timeline.first_broken_link(found) is None for found in Incident.unrestricted.all()[:20])
    assert nobody_was_told()
    assert not Incident.objects.visible_to(stella()).live().exists()


def test_the_room_of_a_real_incident_and_the_history_show_it(real_data: Path) -> None:
    run(real_data)
    found = Incident.unrestricted.order_by("-declared_at")[0]
    client = Client()
    client.force_login(stella())
    room = client.get(reverse("room", args=[found.reference])).content.decode()
    assert html.escape(found.title) in room
    assert "Imported" in room
    assert found.reference in client.get(reverse("incidents"), {"imported": "only"}).content.decode()
