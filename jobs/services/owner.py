"""The local owner: whoever can read MXX_HOME may use the API; mxx-cli finds the token there by itself."""

from __future__ import annotations

import socket
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction
from knox.crypto import hash_token

from jobs.models import Scope, Token
from jobs.services.privatefile import write_privately

USERNAME = "local-owner"
FILE = "cli-token"


def local_owner_token(home: Path) -> None:
    """Write `home/cli-token` (0600) unless the token in it still works."""
    path, name = home / FILE, _name(home)
    if _works(path):
        return
    with transaction.atomic():
        owner = _owner()
        Token.objects.filter(user=owner, name=name).delete()
        _, token = Token.objects.create(user=owner, expiry=None, name=name, scope=Scope.OWNER)
    write_privately(path, token + "\n")


def _name(home: Path) -> str:
    """Each MXX_HOME has its own token: two servers on one machine may share a database."""
    return f"{FILE} of {socket.gethostname()[:30]} in {str(home)[-55:]}"


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
    known = Token.objects.filter(digest=hash_token(text), scope=Scope.OWNER, user__is_active=True)
    return bool(text) and known.exists()
