"""What a server may complain of while everything about it is killed; all else in its log is a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

EXPECTED = {
    "the zygote ended with -9; starting another": "the test killed it",
    "the database does not answer (": "the test stopped, locked or crowded it, or stopped us within a transaction",
    "the database did not answer": "the same, told by the web server",
    "stands still": "the test stopped this process or its database for longer than a loop may be silent",
}
"""Words of an ERROR -> why it may be there."""
COMPLAINT = re.compile(r"^\S+ \S+ (ERROR|CRITICAL) ")
END_OF_TRACEBACK = re.compile(r"^[A-Za-z_.]+(:|$)")


def complaints(logs: list[Path]) -> Iterator[str]:
    """A failure is told in words: a traceback is a finding whatever it tells."""
    for log in logs:
        lines = iter(log.read_text(errors="replace").splitlines())
        for line in lines:
            if line.startswith("Traceback"):
                yield f"{log.name}: a traceback: {_raised(lines)}"
            elif COMPLAINT.match(line) and not any(words in line for words in EXPECTED):
                yield f"{log.name}: {line}"


def _raised(lines: Iterator[str]) -> str:
    """What stands at its end."""
    return next((line for line in lines if END_OF_TRACEBACK.match(line)), "(cut off)")
