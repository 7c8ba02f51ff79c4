"""Files for the owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_privately(path: Path, text: str) -> None:
    """Atomically, kept through a power cut, and never readable by others, not even for a moment."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
