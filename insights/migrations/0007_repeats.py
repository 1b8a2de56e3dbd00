"""Incidents whose service had one of the same cause in the 90 days before."""

from django.db import migrations, models


def note_those_with_factors(apps, schema):
    """Only they have something to count; the ticker folds them in."""
    changed, findings = apps.get_model("insights", "Changed"), apps.get_model("reviews", "Findings")
    known = findings.objects.exclude(factors=[]).values_list("incident_id", flat=True)
    changed.objects.bulk_create((changed(incident_id=pk) for pk in known.iterator(1000)), 1000)


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0006_counted_runs"),
        ("reviews", "0004_findings"),
    ]

    operations = [
        migrations.AddField("fact", "repeated_hits", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("fact", "repeated_of", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(note_those_with_factors, migrations.RunPython.noop),
    ]
