"""The per-install key: made at the first start, never shipped."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def secret_key(home: Path) -> str:
    """The text of `home/secret.key` (0600); 64 random bytes in base64 are written there first if it is missing."""
    path = home / "secret.key"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path)
        key = path.read_text("ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"MXX_HOME={str(home)!r} cannot be used: {error.strerror}") from error
    if len(key) < 40:
        raise ImproperlyConfigured(f"{path} is too short for a key: remove it and a new one is made")
    return key


def _create(path: Path) -> None:
    """Two first starts at once agree on one key: the text is written aside and linked into place."""
    if path.exists():
        return
    draft = path.with_name(f".secret.key.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        return  # the other start was first; its key is the key
    finally:
        draft.unlink()
