"""When the page of a live run should ask again: each second, seldomer while the run is silent, or while very many look."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

OFTEN, SELDOM = 1.0, 3.0
SILENCES = ((60.0, 3.0), (10.0, 2.0))
"""After so many seconds without a word it is asked every so many."""
WANTED = 100.0
"""Looks a second that this server would rather not exceed: some 20 % of a core."""
MOST = 1000


class Pace:
    """Of one process. Any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._said: OrderedDict[int, tuple[int, float]] = OrderedDict()
        self._count, self._since, self._stretch = 0, 0.0, 1.0

    def pause(self, run_id: int, end: int, now: float) -> float:
        """Seconds to the next look of the same page. end: how far the log has got; now: by a clock that is never set."""
        with self._lock:
            self._count += 1
            if now - self._since >= 1.0:
                self._measure(now)
            return min(SELDOM, max(OFTEN, self._stretch, self._silence(run_id, end, now)))

    def _measure(self, now: float) -> None:
        """As many look as looks came while each waited for that long."""
        looks = self._count / (now - self._since)
        self._stretch = min(SELDOM, max(1.0, self._stretch * looks / WANTED))
        self._count, self._since = 0, now

    def _silence(self, run_id: int, end: int, now: float) -> float:
        said, since = self._said.get(run_id, (-1, now))
        self._said[run_id] = (end, since if said == end else now)
        self._said.move_to_end(run_id)
        if len(self._said) > MOST:
            self._said.popitem(last=False)
        silent = now - self._said[run_id][1]
        return next((pause for least, pause in SILENCES if silent >= least), OFTEN)
