"""Whoever is let in by a role loses that with it; what was merged can be parted again."""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Any, schema: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("incidents", "PhaseMove").objects.get_or_create(from_phase="merged", to_phase="triage")


class Migration(migrations.Migration):
    dependencies = [("incidents", "0007_words")]
    operations = [
        migrations.AddField("member", "by_role", models.BooleanField(default=False)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
