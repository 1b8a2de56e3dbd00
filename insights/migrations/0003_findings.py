"""Facts and tallies with what was found out looking back."""

from django.db import migrations, models


def begin_again(apps, schema):
    """What is kept knows nothing of the new columns: it is made anew, by the ticker or by `keep_figures rebuild`."""
    for name in ("Fact", "Tally", "Changed"):
        apps.get_model("insights", name).objects.all().delete()
    schema.execute("INSERT INTO insights_changed (incident_id) SELECT id FROM incidents_incident", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0002_notes_of_changes"),
    ]

    operations = [
        migrations.RunPython(begin_again, migrations.RunPython.noop),
        migrations.AddField(
            model_name="fact",
            name="agreed_hits",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="fact",
            name="agreed_of",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="fact",
            name="cause",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="fact",
            name="cause_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="fact",
            name="detection",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name="fact",
            name="inside_hits",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="fact",
            name="inside_of",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="fact",
            name="stage_cause",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="tally",
            name="cause",
            field=models.BinaryField(default=b""),
        ),
        migrations.AddField(
            model_name="tally",
            name="stage_cause",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="fact",
            name="acknowledge_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="fact",
            name="announce_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="fact",
            name="declare_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="fact",
            name="detect_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="fact",
            name="engage_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="fact",
            name="impact_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="fact",
            name="mitigate_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="fact",
            name="public_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="fact",
            name="resolve_code",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="tally",
            name="acknowledge",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="announce",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="declare",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="detect",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="engage",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="impact",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="mitigate",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="public",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="resolve",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="stage_acknowledge",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="stage_declare",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="stage_detect",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="stage_mitigate",
            field=models.BinaryField(default=b""),
        ),
        migrations.AlterField(
            model_name="tally",
            name="stage_resolve",
            field=models.BinaryField(default=b""),
        ),
    ]
