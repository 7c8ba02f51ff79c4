"""Answers that are given again to whoever asks the same a moment later."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """The last `most` of them, each for so many seconds, if they are worth it. Any number of threads."""

    def __init__(
        self, most: int, seconds: float, worth: Callable[[Answer], bool] = lambda answer: True
    ) -> None:
        self._most, self._seconds, self._worth = most, seconds, worth
        self._found: OrderedDict[Hashable, tuple[float, Answer]] = OrderedDict()
        self._lock = Lock()

    def given(self, asked: Hashable, make: Callable[[], Answer]) -> Answer:
        now = time.monotonic()
        with self._lock:
            found = self._found.get(asked)
        if found and now - found[0] < self._seconds:
            return found[1]
        answer = make()
        if self._worth(answer):
            self._keep(asked, now, answer)
        return answer

    def _keep(self, asked: Hashable, now: float, answer: Answer) -> None:
        with self._lock:
            self._found[asked] = (now, answer)
            self._found.move_to_end(asked)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
