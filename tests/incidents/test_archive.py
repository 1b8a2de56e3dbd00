"""Reading the archive of a status page: every fault is named by file, entry and field."""

from pathlib import Path
from typing import Any

import pytest

from incidents import archive
from tests.incidents.archives import files, incident, update


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in incident().items() if name != field}


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (without("id"), "incidents.json, incident 1, field “id” is missing; a text is needed."),
        (without("name"), "incidents.json, incident 1 (“abc1”), field “name” is missing; a text is needed."),
        (incident(status="gone"), "incident 1 (“abc1”), field “status” is 'gone'; allowed are investigating, "),
        (incident(created_at="yesterday"), "field “created_at” is 'yesterday'; a time with its zone is needed"),
        (incident(started_at="2026-03-01T09:50:00"), "field “started_at” is '2026-03-01T09:50:00'; a time with its"),
        (incident(resolved_at=7), "field “resolved_at” is 7; a time with its zone is needed"),
        (incident(resolved_at="2026-02-28T11:00:00Z"), "it cannot lie before “started_at”."),
        (incident(impact="huge"), "field “impact” is 'huge'; allowed are none, minor"),
        (incident(incident_updates="none"), "field “incident_updates” is 'none'; a list of objects is needed."),
        (incident(incident_updates=[update(id=None)]), "incident_updates 0, field “id” is None; a text is needed."),
        (
            incident(incident_updates=[update(affected_components=[{"code": "c", "new_status": "bad"}])]),
            "affected_components 0, field “new_status” is 'bad'; allowed are operational",
        ),
        ("nothing", "incidents.json, incident 1: it must be an object."),
    ],
)
def test_a_fault_is_named_by_file_entry_and_field(tmp_path: Path, entry: Any, sentence: str) -> None:
    with pytest.raises(archive.Faulty) as refused:
        archive.read(files(tmp_path, entry))
    assert sentence in refused.value.sentence


def test_the_same_id_twice_in_a_file_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(archive.Faulty, match="incident 2, field “id”: “abc1” stands in the file more than once"):
        archive.read(files(tmp_path, incident(), incident()))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("incidents.json", None, "incidents.json: there is no such file in "),
        ("components.json", "{", "components.json: it is not JSON (line 1, column 2: "),
        (
            "components.json",
            "[]",
            "components.json: it holds no object; it must be in the shape of the Statuspage API v2.",
        ),
        (
            "scheduled-maintenances.json",
            "{}",
            "scheduled-maintenances.json: it holds no list “scheduled_maintenances”;",
        ),
        ("incidents.json", b"\xff\xfe", "incidents.json: it is not text in UTF-8."),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, name: str, text: Any, sentence: str) -> None:
    path = files(tmp_path, incident()) / name
    if text is None:
        path.unlink()
    else:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(archive.Faulty) as refused:
        archive.read(tmp_path)
    assert sentence in refused.value.sentence


def test_many_faults_are_counted_and_the_first_named(tmp_path: Path) -> None:
    with pytest.raises(archive.Faulty) as refused:
        archive.read(files(tmp_path, *(incident(identity=f"i{n}", status="gone") for n in range(20))))
    assert len(refused.value.sentence.splitlines()) == archive.MOST_NAMED + 1
    assert "and 12 more" in refused.value.sentence
