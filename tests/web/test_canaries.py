"""Whatever somebody stores is shown as text: markup in every field, log line and plugin, and nothing of it becomes an element."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.models import Application, Job, Run, RunEvent
from plugins.output.segments import ERR
from tests.web import story, tale
from tests.web.conftest import Screen
from tests.web.places import admin_pages, every_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CANARY = (
    "\"'></textarea></title></script></code></pre></svg>"
    "<xss-canary onclick=sing()></xss-canary><img src=x onerror=sing()>{{ 7|add:700000 }}"
)
QUOTED = json.dumps(CANARY)
TOML = f"""
[job]
description = {QUOTED}
tags = [{json.dumps(CANARY[:49])}, "<xss-canary>"]

[params]
plain = {QUOTED}
declared = {{ type = "str", default = {QUOTED}, description = {QUOTED}, choices = [{QUOTED}, "b"] }}

[os]
cmd = ["work", {QUOTED}]
env = {{ KEY = {QUOTED} }}

[[schedule]]
name = "bird"
trigger = "cron"
hour = 4
params = {{ plain = {QUOTED} }}
"""
PLUGIN = '''
from plugins.base import Plugin
from plugins.hooks import hook


class Bird(Plugin):
    """Sings: CANARY

    - CANARY

    ```toml
    [bird]
    tune = QUOTED
    ```

    tune: CANARY
    """

    name = "bird"
    version = QUOTED

    def __init__(self, tune: str = QUOTED): ...

    @hook("action")
    def sing(self, run): ...
'''


@pytest.fixture
def told(transactional_db: None, own_home: Path, settings: Any) -> tale.Story:
    folder = own_home / "plugins"
    folder.mkdir(mode=0o700)
    (folder / "bird.py").write_text(PLUGIN.replace("QUOTED", QUOTED).replace("CANARY", CANARY))
    (folder / "broken.py").write_text(f"raise RuntimeError({CANARY!r})\n")
    mira = story.admin()
    job = story.job("arknights-daily", TOML, author=mira)
    story.job("arknights-daily", TOML + f"# {CANARY}\n", job=job, author=mira)
    runs = [_run(job, status) for status in ("failed", "succeeded", "running", "skipped", "queued")]
    _things(job, mira)
    failed, ended, running = runs[:3]
    return tale.Story(mira, failed, ended, running, {"arknights": job})


def _run(job: Job, status: str) -> Run:
    lasted = None if status in ("skipped", "queued") else 1
    run = story.run(
        job, status, ago=30, lasted=lasted, reason=CANARY, params={"plain": CANARY}, host=CANARY[:60]
    )
    if run.started_at:
        story.log(run, [story.Said(0.1, f"{CANARY}\n"), story.Said(0.2, f"\x1b[31merror {CANARY}\n", ERR)])
        program = story.launch(CANARY, 7, run.started_at, run.finished_at, CANARY, 1)
        receipt = {"launches": [program], "strangers": [{"name": CANARY, "pid": 8}], "checked": 1.0}
        Run.objects.filter(pk=run.pk).update(receipt=receipt | {"strength": "strong", "weakness": CANARY})
        RunEvent.objects.create(
            run=run,
            attempt=1,
            at=run.started_at,
            kind="hook",
            plugin=CANARY[:60],
            hook="action",
            message=CANARY,
        )
    return run


def _things(job: Job, mira: Any) -> None:
    """What has a name, a path or a text of its own."""
    draft = services.ApplicationDraft("maa", path="/bots", app="bot", cfgow={CANARY: CANARY}, cfge=[CANARY])
    Application.objects.filter(pk=services.save_application(draft=draft).pk).update(
        path=f"/{CANARY}", app=CANARY
    )
    services.make_token(user=mira, name=CANARY[:90], scope="run", job=job, days=30)
    services.make_link(job=job, name=CANARY[:90], author=mira)
    services.record("denied", CANARY, method=CANARY)
    services.be_present(job=job, user=story.admin(CANARY[:150]), changed=True)


def test_nothing_that_was_stored_becomes_markup(told: tale.Story, screen: Screen) -> None:
    page, shown = screen.page, 0
    page.on("dialog", lambda dialog: screen.complaints.append(dialog.message))
    for path in [*every_page(told), "/plugins/bird/", "/plugins/broken/", *admin_pages()]:
        screen.open(path)
        assert page.locator("xss-canary, img[src=x], [onclick], [onerror]").count() == 0, path
        assert "700007" not in page.content(), path
        shown += "xss-canary" in page.content()
    assert screen.complaints == [], screen.complaints
    assert shown > 20
