"""The words an incident is found by, which PostgreSQL keeps in a column of its own (`incidents.words`)."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Punctuation is a gap between words, or the parser would take “api.shop” for a host and “-1” for a number. What is
# very long is found by its beginning. Reference and services stand beside the words, behind signs that begin no word.
POSTGRESQL = r"""
CREATE FUNCTION incidents_words(reference text, title text, what text, services uuid[]) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT strip(to_tsvector('simple', translate(title || ' ' || left(what, 10000),
                                                 '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32))))
        || array_to_tsvector(array_prepend('#' || lower(reference), ARRAY(
               SELECT '@' || service FROM unnest(services) AS service)))
$$;
CREATE FUNCTION incidents_services_of(incident uuid) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(SELECT service_id FROM incidents_incident_services WHERE incident_id = incident)
$$;
ALTER TABLE incidents_incident ADD COLUMN words tsvector;
UPDATE incidents_incident SET words = incidents_words(reference, title, what, incidents_services_of(id));
CREATE INDEX incident_words ON incidents_incident USING gin (words);
CREATE FUNCTION incidents_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.words := incidents_words(NEW.reference, NEW.title, NEW.what, incidents_services_of(NEW.id));
    RETURN NEW;
END $$;
CREATE TRIGGER words_begin BEFORE INSERT ON incidents_incident FOR EACH ROW EXECUTE FUNCTION incidents_keep_words();
CREATE TRIGGER words_change BEFORE UPDATE OF reference, title, what ON incidents_incident FOR EACH ROW
WHEN ((OLD.reference, OLD.title, OLD.what) IS DISTINCT FROM (NEW.reference, NEW.title, NEW.what))
EXECUTE FUNCTION incidents_keep_words();
CREATE FUNCTION incidents_keep_services_in_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incidents_incident SET words = incidents_words(reference, title, what, incidents_services_of(id))
    WHERE id IN (SELECT incident_id FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER services_are_words AFTER INSERT ON incidents_incident_services REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION incidents_keep_services_in_words();
CREATE TRIGGER services_are_no_words AFTER DELETE ON incidents_incident_services REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION incidents_keep_services_in_words();
"""

UNDO = """
DROP TRIGGER services_are_words ON incidents_incident_services;
DROP TRIGGER services_are_no_words ON incidents_incident_services;
DROP FUNCTION incidents_keep_services_in_words();
DROP TRIGGER words_begin ON incidents_incident;
DROP TRIGGER words_change ON incidents_incident;
DROP FUNCTION incidents_keep_words();
ALTER TABLE incidents_incident DROP COLUMN words;
DROP FUNCTION incidents_services_of(uuid);
DROP FUNCTION incidents_words(text, text, text, uuid[]);
"""


def keep(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    if schema.connection.vendor == "postgresql":
        schema.execute(POSTGRESQL, params=None)


def forget(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    if schema.connection.vendor == "postgresql":
        schema.execute(UNDO, params=None)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_finding")]
    operations = [migrations.RunPython(keep, forget)]
