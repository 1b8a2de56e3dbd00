"""Choices that people keep under a name."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kit.secrets


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0003_findings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=kit.secrets.new_id, editable=False, max_length=12, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("query", models.CharField(max_length=500)),
                ("is_shared", models.BooleanField(default=False)),
                ("saved_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("name", "pk"),
                "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="choice_named_once")],
            },
        ),
    ]
