"""The audit log: each use case that changes or starts something adds one entry, in its own transaction."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest

from jobs.models import AuditEntry, Revision, Token
from jobs.services.people import person

_asking: ContextVar[HttpRequest | None] = ContextVar("asking", default=None)


@contextmanager
def asked_by(request: HttpRequest) -> Iterator[None]:
    """What is recorded within was asked for by this request; who that is may become known later."""
    before = _asking.set(request)
    try:
        yield
    finally:
        _asking.reset(before)


def record(action: str, target: object = "", /, **data: Any) -> None:
    """data: JSON-able facts; never a secret, and of a job's text only the ids of its revisions."""
    request = _asking.get()
    AuditEntry.objects.create(
        action=action, target=str(target)[:200], data=data, **(_origin(request) if request else {})
    )


def _origin(request: HttpRequest) -> dict[str, str]:
    user, token = person(getattr(request, "user", None)), getattr(request, "auth", None)
    return {
        "who": user.get_username() if user else "",
        "token": f"{token.name} ({token.token_key})"[:150] if isinstance(token, Token) else "",
        "address": address_of(request),
    }


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")[:45]


def diffs_of(entries: Iterable[AuditEntry]) -> dict[int, str]:
    """Entry id -> what its change did to the job's text, as a unified diff. One query for them all."""
    changes = {
        entry.pk: (entry.data.get("before"), entry.data["revision"])
        for entry in entries
        if "revision" in entry.data
    }
    texts = dict(
        Revision.objects.filter(pk__in={pk for pair in changes.values() for pk in pair if pk}).values_list(
            "pk", "toml"
        )
    )
    return {pk: _diff(texts.get(before, ""), texts.get(after, "")) for pk, (before, after) in changes.items()}


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="")
    return "\n".join(lines)
