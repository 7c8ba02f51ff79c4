"""A condition's answer with its reason."""

from __future__ import annotations


class No:
    """False, and why: `return No("it is 23:10, outside 01:00-06:00")` ends the run as skipped with these words."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __bool__(self) -> bool:
        return False


def because(answer: object, otherwise: str) -> str:
    """Why a condition said no; `otherwise` when it only said False."""
    return answer.why if isinstance(answer, No) else otherwise
