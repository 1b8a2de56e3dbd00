"""A name for each action that the API may give out, instead of the key of its row."""

from django.db import migrations, models

from kit.secrets import new_id


def give(apps, schema_editor):
    rows = apps.get_model("reviews", "Action").objects
    for pk in rows.values_list("pk", flat=True):
        rows.filter(pk=pk).update(key=new_id())


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_initial")]

    operations = [
        migrations.AddField("action", "key", models.CharField(max_length=12, null=True, editable=False)),
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.AlterField(
            "action", "key", models.CharField(max_length=12, unique=True, default=new_id, editable=False)
        ),
    ]
