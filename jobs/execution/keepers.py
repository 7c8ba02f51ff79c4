"""Starting keepers: through the zygote (fast, POSIX), or cold, one process a run."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from typing import Any

from django.conf import settings

from plugins.custody.spec import RunSpec, clean_environment

log = logging.getLogger("mxx.keepers")


def _python(module: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start `python -m module` from the checkout, in a session of its own, with a clean environment."""
    return subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=settings.BASE_DIR,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        start_new_session=True,
        **options,
    )


class ZygoteKeepers:
    """One zygote; each `start` is one line to it. Notices of all its keepers arrive on one pipe."""

    def __init__(self) -> None:
        self.notices, self._writing = os.pipe()
        os.set_blocking(self.notices, False)
        self._zygote: subprocess.Popen[bytes] | None = None
        self._rest = b""

    @property
    def alive(self) -> bool:
        return self._zygote is not None and self._zygote.poll() is None

    def open(self) -> None:
        """Start the zygote, also in place of one that died."""
        if self._zygote is not None:
            log.error("the zygote ended with %s; starting another", self._zygote.poll())
            self._hang_up()
        self._zygote = _python("plugins.custody.zygote", stdout=self._writing)

    def start(self, spec: RunSpec) -> None:
        """Hand the go token over. Raises BrokenPipeError when the zygote is gone."""
        assert self._zygote is not None and self._zygote.stdin is not None
        self._zygote.stdin.write(spec.line())
        self._zygote.stdin.flush()

    def heard(self) -> list[dict[str, Any]]:
        """Notices that have arrived: {"kind": "started" | "ended" | "gone", "run", "attempt", "at"}."""
        try:
            chunk = os.read(self.notices, 1 << 16)
        except BlockingIOError:
            return []
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        """The zygote ends at the end of its input; keepers with a run live on."""
        if self._zygote is not None:
            self._hang_up()
            self._zygote.wait()

    def _hang_up(self) -> None:
        assert self._zygote is not None and self._zygote.stdin is not None
        try:
            self._zygote.stdin.close()
        except BrokenPipeError:
            log.info("the zygote was gone before its input ended")


def start_cold(spec: RunSpec) -> subprocess.Popen[bytes]:
    """A keeper for one run, without a zygote; it outlives this process."""
    keeper = _python("plugins.custody.keeper", stdout=subprocess.DEVNULL)
    assert keeper.stdin is not None
    keeper.stdin.write(spec.line())
    keeper.stdin.close()
    return keeper
