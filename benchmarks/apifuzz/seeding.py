"""Fills the scratch MXX_HOME with what the examples of the OpenAPI document name: `python benchmarks/apifuzz/seeding.py`.

Prints the keys of an editor, a viewer and a link as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mxxsite.settings")
JOB = """
[params]
target = "/srv"
[[schedule]]
name = "nightly"
trigger = "cron"
hour = 4
[os]
cmd = ["echo", "${params.target}"]
"""


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    json.dump(seeded(), sys.stdout)


def seeded() -> dict[str, str]:
    from jobs import services
    from jobs.models import Run, Schedule
    from tests.api.kit import key_of, make_job, person

    editor, viewer = person("editor"), person("viewer")
    job = make_job("nightly backup", JOB, author=editor)
    make_job("nightly backup", JOB + "check = false\n", job=job, author=editor)
    Schedule.objects.update(id=12)
    run = services.trigger_job(job=job)
    Run.objects.filter(pk=run.pk).update(id=1207, status="succeeded", finished_at=run.queued_at, exit_code=0)
    services.trigger_job(job=job)
    services.set_secret(name="backup_password", value="a long random text", by=editor)
    services.save_application(
        draft=services.ApplicationDraft(name="maa", aliases=["arknights"], path="/opt/maa", app="maa")
    )
    _, link = services.make_link(job=job, name="the build server", author=editor)
    return {"editor": key_of(editor, "edit"), "viewer": key_of(viewer, "read"), "link": link}


if __name__ == "__main__":
    main()
