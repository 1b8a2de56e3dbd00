"""The roll is read from its newest subscriber on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("statuspage", "0005_newest_first"),
    ]

    operations = [
        migrations.AddIndex(
            "subscriber",
            models.Index(
                fields=("page", "-created_at", "-id"), condition=models.Q(("ended_at", None)), name="subscriber_newest"
            ),
        ),
    ]
