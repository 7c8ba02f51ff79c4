"""What tests of the API and the admin share: a client that says who it is, and jobs to talk about."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client

from jobs import services
from jobs.models import Job, Revision, Role, Run, Schedule, Scope, Token
from jobs.timing import clock

HELLO = '[os]\ncmd = "echo hello"\n'


class Api:
    """Sends JSON below /api/ with a token (or none)."""

    def __init__(self, key: str = "") -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """body: a str or bytes goes out as it is, anything else as JSON."""
        sent = body if isinstance(body, str | bytes) else "" if body is None else json.dumps(body)
        return self.client.generic(
            method,
            f"/api/{path}",
            sent,
            content_type=headers.pop("content_type", "application/json"),
            headers={**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)

    def put(self, path: str, body: Any = None) -> Any:
        return self.ask("PUT", path, body)

    def patch(self, path: str, body: Any = None) -> Any:
        return self.ask("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.ask("DELETE", path)


def key_of(user: User, scope: str = Scope.ADMIN, **more: Any) -> str:
    """Of a token that was just used, so that its next use is not noted: that is a query of its own."""
    more = {"last_used_at": clock.now(), **more}
    return Token.objects.create(user=user, name="test", scope=scope, **more)[1]


def person(role: str, name: str = "") -> User:
    """Somebody with this role, and no other."""
    user = User.objects.create_user(name or role, is_staff=role == Role.ADMIN)
    user.groups.set(Group.objects.filter(name=role))
    return user


def make_job(name: str = "hello", toml: str = HELLO, source: str = "api", **more: Any) -> Job:
    return services.save_job(name=name, draft=services.read_draft(text=toml), source=source, **more)


def row_counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Job, Revision, Schedule, Run))


def only_field(response: Any) -> dict[str, Any]:
    """The one problem of a refusal."""
    fields = response.json()["error"]["fields"]
    assert len(fields) == 1, fields
    return dict(fields[0])
