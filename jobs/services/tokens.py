"""Tokens: made once, shown once, never above their user's own role."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from jobs.exceptions import NotFound
from jobs.models import Job, Role, Scope, Token, role_of
from jobs.models.token import ROLES
from jobs.services.audit import record
from plugins.exceptions import BadInput, Problem

DAYS, MOST_DAYS = 90, 365
MOST_TOKENS = 100
NAME = "laptop"


def scopes_for(user: User) -> list[Scope]:
    """What this user may give a token of their own."""
    role = role_of(user)
    return [scope for scope in Scope if scope in ROLES and role and ROLES[scope].rank <= role.rank]


def make_token(
    *, user: User, name: str, scope: str = Scope.READ, job: Job | None = None, days: int = DAYS
) -> tuple[Token, str]:
    """The row, and the key that nobody can read again. Raises BadInput."""
    problems = [*_name_problems(user, name), *_scope_problems(user, scope, job), *_days_problems(days)]
    if problems:
        raise BadInput(problems)
    with transaction.atomic():
        token, key = Token.objects.create(
            user=user, expiry=timedelta(days=days), name=name.strip(), scope=scope, job=job
        )
        record("token.made", token.name, scope=scope, job=job.name if job else None, days=days)
    return token, key


def tokens_seen_by(user: User, *, everybodys: bool = False) -> QuerySet[Token]:
    """One's own; of everybody, except the one in MXX_HOME, for whoever may see them. Raises PermissionDenied."""
    rows = Token.objects.select_related("user", "job")
    if not everybodys:
        return rows.filter(user=user)
    if not user.has_perm("jobs.view_token"):
        raise PermissionDenied("only admins see the tokens of everybody")
    return rows.exclude(scope=Scope.OWNER)


def find_token(user: User, key: str) -> Token:
    """By the beginning that is shown: one of the user's own; an admin finds everybody's. Raises NotFound."""
    key = key.replace("\0", "?")  # PostgreSQL takes no such text, not even to look for it
    token = tokens_seen_by(user).filter(token_key=key).first()
    if token is None and user.has_perm("jobs.delete_token"):
        token = tokens_seen_by(user, everybodys=True).filter(token_key=key).first()
    if token is None:
        raise NotFound("you have no such token")
    return token


def revoke_token(*, token: Token) -> None:
    """From this moment on it opens nothing."""
    with transaction.atomic():
        record("token.revoked", token.name, of=token.user.get_username())
        token.delete()


def _name_problems(user: User, name: str) -> list[Problem]:
    if not 0 < len(name.strip()) <= 100 or not name.isprintable():
        return [Problem("name", "form", "is 1 to 100 printable characters", NAME)]
    own = Token.objects.filter(user=user)
    if own.filter(name=name.strip()).exists():
        return [Problem("name", "duplicate", "you have a token of this name already", f"{name[:90]} 2")]
    if own.count() >= MOST_TOKENS:
        return [Problem("name", "too_many", f"you have {MOST_TOKENS} tokens: revoke some first", NAME)]
    return []


def _scope_problems(user: User, scope: str, job: Job | None) -> list[Problem]:
    allowed = scopes_for(user)
    if scope not in allowed:
        known = ", ".join(allowed) or "none"
        return [
            Problem("scope", "above_role", f"your role lets you give: {known}", allowed[0] if allowed else "")
        ]
    if job and ROLES[scope] == Role.ADMIN:
        return [Problem("scope", "not_for_a_job", "a token for one job is read, run or edit", Scope.RUN)]
    return []


def _days_problems(days: int) -> list[Problem]:
    if 1 <= days <= MOST_DAYS:
        return []
    return [Problem("days", "range", f"is 1 to {MOST_DAYS}", str(DAYS))]
