"""Loop: a thread that takes turns for ever, survives any error and shows that it is alive."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

from jobs import services

log = logging.getLogger("mxx.supervisor")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


class Loop:
    """Calls `turn()` again and again; a turn blocks for a second at most. Errors cost a pause, never the thread."""

    def __init__(self, name: str, turn: Callable[[], None], begin: Callable[[], None] = lambda: None) -> None:
        self.name, self._turn, self._begin = name, turn, begin
        self.beat = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"mxx-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def is_alive(self, within: float) -> bool:
        """True when a turn ended well within the last `within` seconds."""
        return self._thread.is_alive() and time.monotonic() - self.beat < within

    def _run(self) -> None:
        pause, ready = FIRST_PAUSE, False
        while not self._stop.is_set():
            try:
                if not ready:
                    self._begin()
                    ready = True
                self._turn()
                self.beat, pause = time.monotonic(), FIRST_PAUSE
            except Exception as error:
                self._tell(error, pause)
                connection.close()
                ready = False
                self._stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        connection.close()

    def _tell(self, error: Exception, pause: float) -> None:
        """A database that is away is no fault of ours: a sentence, and no traceback."""
        if services.is_away(error):
            log.error("%s: %s; trying again in %.1f s", self.name, services.why_away(error), pause)
        else:
            log.exception("%s: trying again in %.1f s", self.name, pause)
