"""When the incidents of a service were declared, kept beside its name where PostgreSQL finds them in that order."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Statements begin an incident and its services together, so the time is read when they have ended.
POSTGRESQL = """
ALTER TABLE incidents_incident_services ADD COLUMN declared_at timestamptz;
UPDATE incidents_incident_services AS concern SET declared_at = incident.declared_at
FROM incidents_incident AS incident WHERE incident.id = concern.incident_id;
CREATE INDEX incident_by_service ON incidents_incident_services (service_id, declared_at DESC, incident_id DESC);
CREATE FUNCTION incidents_date_services() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents_incident_services AS concern SET declared_at = incident.declared_at
    FROM changed, incidents_incident AS incident
    WHERE concern.id = changed.id AND incident.id = changed.incident_id;
    RETURN NULL;
END $$;
CREATE TRIGGER services_are_dated AFTER INSERT ON incidents_incident_services REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION incidents_date_services();
CREATE FUNCTION incidents_date_services_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents_incident_services SET declared_at = NEW.declared_at WHERE incident_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER services_are_dated_anew AFTER UPDATE OF declared_at ON incidents_incident FOR EACH ROW
WHEN (OLD.declared_at IS DISTINCT FROM NEW.declared_at) EXECUTE FUNCTION incidents_date_services_anew();
"""

UNDO = """
DROP TRIGGER services_are_dated ON incidents_incident_services;
DROP FUNCTION incidents_date_services();
DROP TRIGGER services_are_dated_anew ON incidents_incident;
DROP FUNCTION incidents_date_services_anew();
ALTER TABLE incidents_incident_services DROP COLUMN declared_at;
"""


def keep(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    if schema.connection.vendor == "postgresql":
        schema.execute(POSTGRESQL, params=None)


def forget(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    if schema.connection.vendor == "postgresql":
        schema.execute(UNDO, params=None)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0009_approvals")]
    operations = [migrations.RunPython(keep, forget)]
