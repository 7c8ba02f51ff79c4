"""Who may do what: a user's role, and below it the ceiling of the token in their hand."""

from __future__ import annotations

from jobs.models import Token
from jobs.services.people import Caller, person

KNOWN_USER = ""
"""Instead of a permission: whoever is logged in, or has a token."""
OWN_ACCOUNT = "own account"
"""Instead of a permission: a person on their own account. No token but the one in MXX_HOME: tokens never make tokens."""


def may(caller: Caller, permission: str, token: Token | None = None) -> bool:
    """permission: "jobs.change_job", KNOWN_USER or OWN_ACCOUNT. Up to two queries, once a request."""
    user = person(caller)
    if user is None or not user.is_active:
        return False
    if permission == OWN_ACCOUNT:
        return token is None or token.is_the_owners
    if permission == KNOWN_USER:
        return True
    return user.has_perm(permission) and (token is None or token.allows(permission))
