from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0011_log_search")]

    operations = [
        migrations.AddField(
            model_name="lease",
            name="repeats_until",
            field=models.DateTimeField(help_text="the leader's clock was set back from there", null=True),
        ),
        migrations.AddField(
            model_name="lease",
            name="steps_back",
            field=models.PositiveIntegerField(default=0, help_text="how often a leader's clock was set back"),
        ),
    ]
