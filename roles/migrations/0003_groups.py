"""The groups of the actors; what each may do stands in config/grants.py."""

from django.db import migrations

GROUPS = (
    "Administrators",
    "Development",
    "Quality",
    "Reliability",
    "Security",
    "Security leads",
    "Stakeholders",
    "Support",
)


def make(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in GROUPS:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("roles", "0002_revocation_and_changes"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
