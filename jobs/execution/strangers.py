"""Run folders that are not this database's."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db.models import Max

from jobs.models import Run
from jobs.timing import clock
from plugins.custody.rundir import SHARD


def set_strangers_aside() -> int:
    """Run folders with ids that this database has not given out yet belong to another one (lost, or newer than a
    restored backup): a new run must never find their results. Call before anything runs; returns how many."""
    runs = Path(settings.MXX_HOME) / "runs"
    newest = _last_run() // SHARD  # older shards hold nothing but known ids
    shards = [shard for shard in runs.glob("[0-9]*") if int(shard.name) >= newest]
    found = [
        (int(folder.name.partition("-")[0]), folder) for shard in shards for folder in shard.glob("[0-9]*-*")
    ]
    last = _last_run()  # read after the listing: no folder of a newer run can be in it
    aside = runs / f"before-{clock.now():%Y%m%d-%H%M%S}"
    strangers = [folder for run_id, folder in found if run_id > last]
    for folder in strangers:
        aside.mkdir(mode=0o700, exist_ok=True)
        folder.rename(aside / folder.name)
    return len(strangers)


def _last_run() -> int:
    return int(Run.objects.aggregate(last=Max("pk"))["last"] or 0)
