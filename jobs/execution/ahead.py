"""ReadAhead: what is due soon is read before it is. In a storm of jobs that are new to this process, that is a third of its work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from jobs.execution.specs import make_ready
from jobs.models import Schedule
from jobs.models.compiled import Compiled
from jobs.timing import clock

AHEAD = timedelta(seconds=15)
MOST = 2000
"""Texts of one look: half of what is kept in memory."""
AT_ONCE, PAUSE = 20, 0.01
"""So many texts are read, some 6 ms; then the other threads of this process have their turn."""

_DUE = Compiled(
    lambda since, until: (
        Schedule.objects.waiting()
        .filter(next_run_time__gt=since, next_run_time__lte=until)
        .order_by("next_run_time")
        .values_list("job__revision__toml")[:MOST]
    )
)


class ReadAhead:
    """Only speed depends on it: what was changed meanwhile, or is too much, is read when it starts."""

    def __init__(self) -> None:
        self._until = clock.now()

    def look(self, pause: Callable[[float], object]) -> int:
        """Read what comes due in the next seconds and was not looked at before; returns how many texts that were."""
        now = clock.now()
        since = self._until if now < self._until <= now + AHEAD else now
        self._until = now + AHEAD
        texts = list(dict.fromkeys(toml for (toml,) in _DUE.rows(since=since, until=self._until)))
        for first in range(0, len(texts), AT_ONCE):
            for toml in texts[first : first + AT_ONCE]:
                make_ready(toml)
            pause(PAUSE)
        return len(texts)
