from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

KEYS = {
    "job": ("jobs.job", django.db.models.deletion.SET_NULL, "runs", True),
    "revision": ("jobs.revision", django.db.models.deletion.PROTECT, "+", False),
    "schedule": ("jobs.schedule", django.db.models.deletion.SET_NULL, "runs", True),
    "requested_by": (settings.AUTH_USER_MODEL, django.db.models.deletion.SET_NULL, "+", True),
    "retry_of": ("jobs.run", django.db.models.deletion.SET_NULL, "retries", True),
}


def drop_indexes(apps: Any, editor: Any) -> None:
    """By hand: Django would write SQLite's whole table anew, once for each."""
    run = apps.get_model("jobs", "Run")
    for name in KEYS:
        column = run._meta.get_field(name).column
        for index in editor._constraint_names(
            run, [column], index=True, unique=False, type_=models.Index.suffix
        ):
            editor.execute(editor._delete_index_sql(run, index))


def add_indexes(apps: Any, editor: Any) -> None:
    run = apps.get_model("jobs", "Run")
    for name in KEYS:
        editor.execute(editor._create_index_sql(run, fields=[run._meta.get_field(name)]))


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0013_run_in_turn"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_indexes, add_indexes)],
            state_operations=[
                migrations.AlterField(
                    model_name="run",
                    name=name,
                    field=models.ForeignKey(
                        db_index=False, null=null, on_delete=delete, related_name=related, to=to
                    ),
                )
                for name, (to, delete, related, null) in KEYS.items()
            ],
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=Q(("requested_by__isnull", False)), fields=["requested_by"], name="run_by_person"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=Q(("retry_of__isnull", False)), fields=["retry_of"], name="run_again"
            ),
        ),
    ]
