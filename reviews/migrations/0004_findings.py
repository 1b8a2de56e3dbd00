"""What was found out looking back, beside the review."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0009_approvals"),
        ("reviews", "0003_keys_of_actions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Findings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "detection",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("monitoring", "Monitoring"),
                            ("team", "A team member"),
                            ("security", "A security control"),
                            ("traffic", "Automated traffic"),
                            ("intelligence", "Threat intelligence"),
                            ("customer", "A customer"),
                            ("partner", "A partner"),
                            ("social", "Social media"),
                        ],
                        max_length=12,
                    ),
                ),
                ("cause_known_at", models.DateTimeField(null=True)),
                (
                    "severity",
                    models.CharField(
                        blank=True,
                        choices=[("S1", "S1 Critical"), ("S2", "S2 High"), ("S3", "S3 Medium"), ("S4", "S4 Low")],
                        max_length=2,
                    ),
                ),
                ("factors", models.JSONField(default=list)),
                ("is_false_alarm", models.BooleanField(null=True)),
                ("said_at", models.DateTimeField()),
                (
                    "incident",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="incidents.incident"
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
