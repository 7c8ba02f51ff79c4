from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q

from jobs.models.run import Turn


class Migration(migrations.Migration):
    dependencies = [("jobs", "0012_steps_back")]

    operations = [
        migrations.RemoveIndex(model_name="run", name="run_queued"),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                "status",
                Turn("queued_at", "priority"),
                "id",
                name="run_in_turn",
                condition=Q(status="queued"),
            ),
        ),
    ]
