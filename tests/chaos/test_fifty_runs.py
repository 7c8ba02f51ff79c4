from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.mxx import Mxx, until

MEETING = """
import os
import time

from plugins.base import Plugin
from plugins.hooks import hook


class Meeting(Plugin):
    name = "meeting"

    def __init__(self, place: str) -> None:
        self.place = place
        self.seen = None

    @hook("pre_action")
    def write(self, run):
        self.seen = run.id
        run.vars["mine"] = run.id
        open("mine", "w").write(str(run.id))
        open(f"{self.place}/{run.id}", "w").close()

    @hook("action")
    def wait_for_all(self, run):
        while len(os.listdir(self.place)) < 50:
            run.sleep(0.05)

    @hook("post_action")
    def read_back(self, run):
        found = (self.seen, run.vars["mine"], int(open("mine").read()), int(os.environ["MXX_RUN_ID"]))
        print("same" if set(found) == {run.id} else f"cross-talk: {found}")
"""


@pytest.fixture
def fifty(home: Path) -> Iterator[Mxx]:
    mxx = Mxx(home, MXX_SLOTS="50").up()
    yield mxx
    mxx.stop()


def test_fifty_runs_of_one_plugin_at_once_share_nothing(fifty: Mxx, tmp_path: Path) -> None:
    """Each waits until all fifty are there, so their times overlap by construction."""
    place = tmp_path / "meeting"
    place.mkdir()
    (fifty.home / "plugins").mkdir(mode=0o700)
    (fifty.home / "plugins" / "meeting.py").write_text(MEETING)
    (fifty.home / "plugins" / "meeting.py").chmod(0o600)
    fifty.save("meet", f'[job]\noverlap = "parallel"\ntimeout = 60\n[meeting]\nplace = "{place}"\n')
    ids = [fifty.trigger("meet") for _ in range(50)]
    runs = until(
        lambda: len(found := fifty.runs("status=succeeded&limit=200")) == 50 and found, 60, "all fifty"
    )
    assert max(run["started_at"] for run in runs) < min(run["finished_at"] for run in runs)
    for run_id in ids:
        assert "same" in fifty.ask("GET", f"runs/{run_id}/log/")[1]
