"""Files for the owner alone: never readable by others, not even for a moment; whole, also after a power cut."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_privately(path: Path, text: str) -> None:
    """In place of what is there."""
    os.replace(_draft(path, text), path)


def create_privately(path: Path, text: str) -> None:
    """Unless it is there: of two who create it at once the first one's text stays."""
    draft = _draft(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
