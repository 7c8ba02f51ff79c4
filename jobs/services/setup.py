"""The first admin: a one-time link, printed in the terminal, that closes in the transaction in which it is used."""

from __future__ import annotations

import hashlib
import secrets

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from jobs.exceptions import NotFound
from jobs.models import SetupLink, admins
from jobs.services.audit import record
from jobs.services.passwords import problems_of_password
from jobs.timing import clock
from plugins.exceptions import BadInput, Problem

WORDS = "this setup link is not valid: it was used already, or a newer one was printed when MXX started"


def human_admin_exists() -> bool:
    return admins().exists()


def open_link() -> str | None:
    """A new token; earlier unused links stop working. None when there is an admin already."""
    with transaction.atomic():
        if human_admin_exists():
            return None
        token = secrets.token_urlsafe(32)
        SetupLink.objects.filter(used_at__isnull=True).delete()
        SetupLink.objects.create(digest=_digest(token))
    return token


def check_link(token: str) -> None:
    """Raises NotFound for a token that opens nothing."""
    _link(token)


def use_link(*, token: str, username: str, password: str) -> User:
    """Create the first admin and close the link, both or neither. Raises NotFound, BadInput."""
    with transaction.atomic():
        link = _link(token)
        user = _new_admin(username.strip(), password)
        link.used_at = clock.now()
        link.save(update_fields=["used_at"])
        record("user.first_admin", user.get_username())
    return user


def _link(token: str) -> SetupLink:
    links = (
        SetupLink.objects.select_for_update()
        if transaction.get_connection().in_atomic_block
        else SetupLink.objects
    )
    link = links.filter(digest=_digest(token), used_at__isnull=True).first()
    if link is None or human_admin_exists():
        raise NotFound(WORDS)
    return link


def _new_admin(username: str, password: str) -> User:
    user = User(username=username, is_staff=True, is_superuser=True)
    problems = [*_problems_of_name(user), *problems_of_password(user, password, "password")]
    if problems:
        raise BadInput(problems)
    user.set_password(password)
    user.save()
    return user


def _problems_of_name(user: User) -> list[Problem]:
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        return [
            Problem("username", "username", text, "mira")
            for texts in error.message_dict.values()
            for text in texts
        ]
    return []


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
