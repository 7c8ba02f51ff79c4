"""Which MXX_HOME this is: the folders of its runs, and only those, lie here."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings


def home_id() -> str:
    """Sixteen hex digits, made once for each MXX_HOME and kept in its file `home-id`. So begin the ids of its owners."""
    return _home_id(Path(settings.MXX_HOME))


def home_of(owner: str) -> str:
    """ "" for none."""
    return owner.partition(":")[0]


@cache
def _home_id(home: Path) -> str:
    file, draft = home / "home-id", home / f".home-id.{os.getpid()}"
    if not file.exists():
        draft.write_text(secrets.token_hex(8) + "\n")
        try:
            with suppress(FileExistsError):  # of two processes one is first, and its file counts
                os.link(draft, file)  # whole or not at all
        finally:
            draft.unlink()
    return file.read_text().strip()
