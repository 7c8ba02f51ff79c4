"""Samples over the time of a run, never more than so many: a longer run is told more coarsely."""

from __future__ import annotations

from typing import Any, NamedTuple

MOST = 600


class Sample(NamedTuple):
    """at: seconds since the run began; cpu: percent of one core since the sample before; memory: bytes."""

    at: float
    cpu: float
    memory: int
    processes: int


class Series:
    """Beyond MOST points each two become one: the mean of their cpu, the highest memory and number of processes."""

    def __init__(self) -> None:
        self.every = 1.0
        """Seconds between two points."""
        self.points: list[Sample] = []
        self._due = 0.0
        self._high = (0, 0)

    def add(self, sample: Sample) -> bool:
        """True when it has become a point; between two points only its heights count. sample.cpu: since the last point."""
        memory, processes = max(self._high[0], sample.memory), max(self._high[1], sample.processes)
        if sample.at < self._due:
            self._high = (memory, processes)
            return False
        self.points.append(sample._replace(memory=memory, processes=processes))
        self._high = (0, 0)
        if len(self.points) >= MOST:
            self.points = [_both(*pair) for pair in zip(self.points[::2], self.points[1::2], strict=True)]
            self.every *= 2
        self._due = sample.at + self.every * 0.9  # a look may come a little early
        return True

    def told(self) -> dict[str, Any]:
        """As the file `samples` and the database hold it: points are [at, cpu, memory, processes]."""
        return {"every": self.every, "points": [list(point) for point in self.points]}


def _both(first: Sample, second: Sample) -> Sample:
    return Sample(
        second.at,
        round((first.cpu + second.cpu) / 2, 1),
        max(first.memory, second.memory),
        max(first.processes, second.processes),
    )
