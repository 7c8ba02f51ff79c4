"""Who asks: faces hand over request.user as it is."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User

Caller = AbstractBaseUser | AnonymousUser | None


def person(caller: Caller) -> User | None:
    """The account to remember; None for nobody."""
    return caller if isinstance(caller, User) else None
