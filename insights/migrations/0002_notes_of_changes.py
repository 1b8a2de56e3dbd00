"""Noting, in the transaction of the change, which incidents' facts must be made anew; all of them to begin with.

Every command saves its incident's row (`timeline.record`), and so do imports, so that the row alone is watched.
Who owns a service, and the zone whose days count, touch many incidents at once.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NOTE = "INSERT INTO insights_changed (incident_id)"
OF_SERVICE = f"{NOTE} SELECT incident_id FROM incidents_incident_services WHERE service_id = NEW.id"
OF_ALL = f"{NOTE} SELECT id FROM incidents_incident"

# Name: (table, when, condition, what).
TRIGGERS = {
    "note_declared": ("incidents_incident", "INSERT", "", f"{NOTE} VALUES (NEW.id)"),
    "note_changed": ("incidents_incident", "UPDATE", "", f"{NOTE} VALUES (NEW.id)"),
    "note_deleted": ("incidents_incident", "DELETE", "", f"{NOTE} VALUES (OLD.id)"),
    "note_owner": ("incidents_service", "UPDATE", "OLD.owner_id {differs} NEW.owner_id", OF_SERVICE),
    "note_zone": ("roles_organisation", "UPDATE", "OLD.time_zone {differs} NEW.time_zone", OF_ALL),
}


def watch(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    is_postgresql = schema.connection.vendor == "postgresql"
    differs = "IS DISTINCT FROM" if is_postgresql else "IS NOT"
    for name, (table, when, condition, what) in TRIGGERS.items():
        if_so = f" WHEN ({condition.format(differs=differs)})" if condition else ""
        if is_postgresql:
            schema.execute(
                f"CREATE FUNCTION insights_{name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {what}; RETURN NULL; END $$",
                params=None,
            )
            body = f"EXECUTE FUNCTION insights_{name}()"
        else:
            body = f"BEGIN {what}; END"
        schema.execute(f"CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW{if_so} {body}", params=None)


def unwatch(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    for name, (table, *_) in TRIGGERS.items():
        if schema.connection.vendor == "postgresql":
            schema.execute(f"DROP TRIGGER {name} ON {table}", params=None)
            schema.execute(f"DROP FUNCTION insights_{name}()", params=None)
        else:
            schema.execute(f"DROP TRIGGER {name}", params=None)


def begin(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("insights", "Keeper").objects.get_or_create(pk=1)
    schema.execute(OF_ALL, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0001_initial"),
        ("incidents", "0005_taking_back"),
        ("roles", "0004_handles"),
    ]
    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(watch, unwatch),
    ]
