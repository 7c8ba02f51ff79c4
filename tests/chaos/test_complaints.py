from __future__ import annotations

from pathlib import Path

from tests.chaos.complaints import complaints

LOG = """\
2026-11-23 05:18:38,759 ERROR mxx.keepers: the zygote ended with -9; starting another
2026-11-23 05:18:39,000 ERROR mxx.dispatcher: run 4 cannot be recovered; trying again
Traceback (most recent call last):
  File "local.py", line 1, in turn
    self._go(run)
BrokenPipeError: [Errno 32] Broken pipe
2026-11-23 05:18:40,000 WARNING mxx.dispatcher: run 5: queued again
"""


def test_errors_that_nothing_explains_and_tracebacks_are_findings(tmp_path: Path) -> None:
    (tmp_path / "log").write_text(LOG)
    assert list(complaints([tmp_path / "log"])) == [
        "log: 2026-11-23 05:18:39,000 ERROR mxx.dispatcher: run 4 cannot be recovered; trying again",
        "log: a traceback: BrokenPipeError: [Errno 32] Broken pipe",
    ]
