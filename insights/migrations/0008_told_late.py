"""Incidents of which the public was told too late, or never."""

from django.db import migrations, models


def note_all(apps, schema):
    """Every incident may have something to count; the ticker folds them in."""
    changed, incident = apps.get_model("insights", "Changed"), apps.get_model("incidents", "Incident")
    known = incident.objects.values_list("pk", flat=True)
    changed.objects.bulk_create((changed(incident_id=pk) for pk in known.iterator(1000)), 1000)


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0007_repeats"),
        ("incidents", "0009_approvals"),
    ]

    operations = [
        migrations.AddField("fact", "told_late_hits", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("fact", "told_late_of", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(note_all, migrations.RunPython.noop),
    ]
