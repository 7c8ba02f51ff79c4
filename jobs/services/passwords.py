"""A person's own password: shown again before what matters, and changed."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from jobs.services.audit import record
from jobs.services.entrance import FAILED
from plugins.exceptions import BadInput, Problem

WRONG = "is not your password; it is written with its capitals"


def check_password(user: User, password: str) -> None:
    """A wrong one is counted as a failed login. Raises BadInput."""
    if not user.check_password(password):
        record(FAILED, user.get_username())
        raise BadInput([Problem("password", "wrong", WRONG, "the one you logged in with")])


def change_password(*, user: User, password: str, wanted: str) -> None:
    """Every session of the user ends with it, for its key is made from the password. Raises BadInput."""
    check_password(user, password)
    if problems := problems_of_password(user, wanted):
        raise BadInput(problems)
    with transaction.atomic():
        user.set_password(wanted)
        user.save(update_fields=["password"])
        record("user.password_changed", user.get_username())


def problems_of_password(user: User, password: str, field: str = "wanted") -> list[Problem]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [Problem(field, "password", text, "four or five unrelated words") for text in error.messages]
    return []
