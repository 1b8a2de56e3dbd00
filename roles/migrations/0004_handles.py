"""A name for each person that the API may give out, instead of the key of their row."""

from django.db import migrations, models

from kit.secrets import new_id


def give(apps, schema_editor):
    rows = apps.get_model("roles", "User").objects
    for pk in rows.values_list("pk", flat=True):
        rows.filter(pk=pk).update(handle=new_id())


class Migration(migrations.Migration):
    dependencies = [("roles", "0003_groups")]

    operations = [
        migrations.AddField("user", "handle", models.CharField(max_length=12, null=True, editable=False)),
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.AlterField(
            "user", "handle", models.CharField(max_length=12, unique=True, default=new_id, editable=False)
        ),
    ]
