from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.db.models.signals import post_migrate


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = "MXX"

    def ready(self) -> None:
        from jobs.checks import custody
        from jobs.models.role import make_groups
        from jobs.models.sqlitetimes import read_times_aware
        from jobs.services import entrance

        read_times_aware()
        register(custody)
        post_migrate.connect(make_groups, sender=self)
        entrance.watch()
