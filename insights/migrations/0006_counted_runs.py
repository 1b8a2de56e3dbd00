"""Runs are kept as values and how often each occurs, and lie in the database as they are."""

from django.db import migrations

RUNS = (
    "detect", "declare", "acknowledge", "engage", "cause", "mitigate", "resolve", "impact", "public", "announce",
    "stage_detect", "stage_declare", "stage_acknowledge", "stage_cause", "stage_mitigate", "stage_resolve",
)  # fmt: skip


def begin_again(apps, schema):
    """What is kept has another form: it is made anew, by the ticker or by `keep_figures rebuild`."""
    for name in ("Fact", "Tally", "Changed"):
        apps.get_model("insights", name).objects.all().delete()
    schema.execute("INSERT INTO insights_changed (incident_id) SELECT id FROM incidents_incident", params=None)


def store(how):
    def apply(apps, schema):
        """To unpack what hardly packs would take longer than to read it."""
        if schema.connection.vendor == "postgresql":
            for name in RUNS:
                schema.execute(f"ALTER TABLE insights_tally ALTER COLUMN {name} SET STORAGE {how}", params=None)

    return apply


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0005_digest"),
    ]

    operations = [
        migrations.RunPython(begin_again, migrations.RunPython.noop),
        migrations.RunPython(store("EXTERNAL"), store("EXTENDED")),
    ]
