"""Why a run ended as it did, and the result that tells it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from plugins.output.masking import Mask


@dataclass
class Verdict:
    """The first cause decides. exit_code: of the program that decided."""

    status: str = ""
    reason: str = ""
    exit_code: int | None = None
    error: str = ""

    def settle(self, status: str, reason: str, exit_code: int | None = None, error: str = "") -> None:
        if not self.status:
            self.status, self.reason, self.exit_code, self.error = status, reason, exit_code, error

    def result(self, started_at: float, receipt: dict[str, Any], mask: Mask) -> dict[str, Any]:
        """What the result file holds; times are epoch seconds."""
        return {
            **vars(self),
            "reason": mask.text(self.reason),
            "error": mask.text(self.error),
            "warned": bool(receipt["left"]),
            "started_at": started_at,
            "finished_at": time.time(),
            "receipt": mask.inside(receipt),
        }
