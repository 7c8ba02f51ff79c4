"""run.log: a plugin's own lines in the run's log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugins.context import Host

LONGEST = 1 << 16
"""Characters of one message; the rest is cut."""


class ToHost(logging.Handler):
    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except (
            TypeError,
            ValueError,
            KeyError,
        ):  # arguments that do not fit: as logging does, tell and go on
            self.handleError(record)
            return
        self._host.report("log", text=text[:LONGEST])


def logger_of(host: Host) -> logging.Logger:
    """A logger of this run alone: not in logging's global tree, so that two runs never share one."""
    logger = logging.Logger("mxx.run", logging.INFO)
    logger.addHandler(ToHost(host))
    return logger
