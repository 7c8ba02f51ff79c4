"""The local owner: whoever can read MXX_HOME may use the API; mxx-cli finds the token there by itself."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from knox.crypto import hash_token

from jobs.models import Token

USERNAME = "local-owner"
FILE = "cli-token"


def local_owner_token(home: Path) -> None:
    """Write `home/cli-token` (0600) unless the token in it still works."""
    path, name = home / FILE, f"{FILE} of {socket.gethostname()}"[:100]
    if _works(path):
        return
    with transaction.atomic():
        owner = _owner()
        Token.objects.filter(user=owner, name=name).delete()
        _, token = Token.objects.create(user=owner, expiry=None, name=name)
    _write(path, token)


def _owner() -> User:
    """A superuser without a password: only the token is a way in."""
    owner, created = User.objects.get_or_create(
        username=USERNAME, defaults={"is_superuser": True, "is_staff": True}
    )
    if created:
        owner.set_unusable_password()
        owner.save(update_fields=["password"])
    return owner


def _works(path: Path) -> bool:
    try:
        text = path.read_text("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        return False
    known = Token.objects.filter(digest=hash_token(text), expiry__isnull=True, user__is_active=True)
    return bool(text) and known.exists()


def _write(path: Path, token: str) -> None:
    """Atomically, and never readable by others, not even for a moment."""
    draft = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token + "\n")
    os.replace(draft, path)
