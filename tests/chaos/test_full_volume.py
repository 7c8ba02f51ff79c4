"""MXX_HOME on a volume that fills up: database, runs and logs together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.mxx import Mxx, until
from tests.volumes import small_volume

pytestmark = pytest.mark.usefixtures("on_sqlite")

FILLS_THE_VOLUME = """
[os]
cmd = ["python3", "-c", '''
with open("EATEN", "wb", 0) as eaten:
    for size in (65536, 64):
        try:
            while eaten.write(bytes(size)): pass
        except OSError: pass
print("x" * 200_000)
''']
"""
EVERY_SECOND = """
[os]
cmd = ["echo", "hello"]
[schedule]
trigger = "interval"
seconds = 1
"""


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    with small_volume(tmp_path / "volume", "size=32m") as folder:
        yield folder


@pytest.fixture
def mxx(volume: Path) -> Iterator[Mxx]:
    one = Mxx(volume / "home").up()
    yield one
    one.stop()


def test_a_full_volume_stops_nothing_for_ever_and_loses_no_result(mxx: Mxx, volume: Path) -> None:
    eaten = volume / "eaten"
    mxx.save("filler", FILLS_THE_VOLUME.replace("EATEN", str(eaten)))
    run = mxx.trigger("filler")
    until(lambda: "Nothing starts" in mxx.ask("GET", "health/")[1]["disk"], what="health tells of the disk")
    assert mxx.ask("POST", "jobs/", {"name": "more", "toml": EVERY_SECOND})[0] == 503
    eaten.unlink()
    assert mxx.ended(run)["status"] == "succeeded"
    assert "bytes cut" in mxx.ask("GET", f"runs/{run}/log/")[1]
    mxx.save("every second", EVERY_SECOND)
    until(
        lambda: [run for run in mxx.runs() if run["job"] == "every second" and run["status"] == "succeeded"]
    )
