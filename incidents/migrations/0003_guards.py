"""What the database itself refuses: changing the timeline, and moves that the table of moves does not know."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from incidents.cadence import HANDBOOK, PRESETS, to_json
from incidents.phases import NEXT

KEPT = (
    "id", "incident_id", "position", "kind", "actor_id", "occurred_at", "recorded_at", "data",
    "body_digest", "previous_hash", "hash",
)  # fmt: skip

SQLITE = f"""
CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON incidents_event
BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END;
CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON incidents_event
WHEN NOT (NEW.body = '' AND NEW.erased_at IS NOT NULL AND {" AND ".join(f"OLD.{c} IS NEW.{c}" for c in KEPT)})
BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END;
CREATE TRIGGER move_is_known BEFORE UPDATE OF phase ON incidents_incident
WHEN OLD.phase <> NEW.phase AND NOT NEW.is_imported AND NOT EXISTS (
    SELECT 1 FROM incidents_phasemove WHERE from_phase = OLD.phase AND to_phase = NEW.phase)
BEGIN SELECT RAISE(ABORT, 'the table of moves does not know this move'); END;
"""

POSTGRESQL = f"""
CREATE FUNCTION incidents_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.body = '' AND NEW.erased_at IS NOT NULL
       AND ({", ".join(f"OLD.{c}" for c in KEPT)}) IS NOT DISTINCT FROM ({", ".join(f"NEW.{c}" for c in KEPT)}) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the timeline is append-only';
END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON incidents_event
FOR EACH ROW EXECUTE FUNCTION incidents_event_is_append_only();
CREATE FUNCTION incidents_move_is_known() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM incidents_phasemove WHERE from_phase = OLD.phase AND to_phase = NEW.phase) THEN
        RAISE EXCEPTION 'the table of moves does not know this move';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER move_is_known BEFORE UPDATE OF phase ON incidents_incident
FOR EACH ROW WHEN (OLD.phase <> NEW.phase AND NOT NEW.is_imported) EXECUTE FUNCTION incidents_move_is_known();
"""

UNDO = {
    "sqlite": """
DROP TRIGGER event_is_not_deleted; DROP TRIGGER event_is_not_changed; DROP TRIGGER move_is_known;
""",
    "postgresql": """
DROP TRIGGER event_is_append_only ON incidents_event; DROP FUNCTION incidents_event_is_append_only();
DROP TRIGGER move_is_known ON incidents_incident; DROP FUNCTION incidents_move_is_known();
""",
}
GUARDS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def guard(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    _run(schema, GUARDS)


def unguard(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    _run(schema, UNDO)


def _run(schema: BaseDatabaseSchemaEditor, sql: dict[str, str]) -> None:
    if schema.connection.vendor == "postgresql":
        # As "json" has no equality, the comparison needs the column to be jsonb, which Django's is.
        schema.execute(sql["postgresql"], params=None)
        return
    for statement in sql["sqlite"].replace("END;", "END;\0").split("\0"):
        if "CREATE" in statement:
            schema.execute(statement, params=None)
        else:
            for one in filter(str.strip, statement.split(";")):
                schema.execute(one, params=None)


def fill(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    moves = apps.get_model("incidents", "PhaseMove").objects
    for origin, targets in NEXT.items():
        for to in sorted(targets):
            moves.get_or_create(from_phase=origin.value, to_phase=to.value)
    apps.get_model("incidents", "CadencePolicy").objects.get_or_create(
        version=1,
        defaults={"preset": HANDBOOK, "body": to_json(PRESETS[HANDBOOK]), "created_at": timezone.now()},
    )


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_initial")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
