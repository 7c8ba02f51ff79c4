"""Every route of MXX, everybody who may knock, and the table that says who is let in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponseBase, SimpleCookie
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from jobs import services
from jobs.models import Role
from jobs.models.token import ROLES
from tests.api.kit import key_of, make_job, person

CLIENT = Client()
"""One for all: each would load the middleware for itself."""
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ROLES_UP = {role.value: role.rank for role in Role}
EXAMPLES = {
    "name": "hello",
    "run_id": "1",
    "schedule_id": "1",
    "link_id": "1",
    "number": "1",
    "app_label": "jobs",
    "url": "x/",
}


def table() -> dict[str, dict[str, str]]:
    """route -> method -> the least that is needed, as the table's head explains."""
    return tomllib.loads((Path(__file__).parent / "access_table.toml").read_text())


def routes(patterns: Any = None, above: str = "") -> Iterator[str]:
    """As they are written in urls.py: "api/jobs/<str:name>/"."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = above + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path


def address(route: str) -> str:
    """One that the route serves."""
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("^", "").replace("$", "")
    plain = plain.replace("\\Z", "") or ""
    filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: EXAMPLES.get(found[1], "1"), plain)
    return "/" + ("api/no/such/address/" if filled == "api/" else filled)


@dataclass
class Caller:
    """rank: of the role, under the ceiling of the token; -1: a stranger, 0: an account without a role."""

    name: str
    rank: int
    token: str = ""
    user: User | None = None
    owns: bool = False
    """May change its own account: a session, or the token in MXX_HOME."""
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def knock(self, method: str, path: str) -> HttpResponseBase:
        """The answer; whatever it changed is taken back."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        CLIENT.cookies = SimpleCookie(self.cookies.output(header="", sep=";"))
        with transaction.atomic():
            answer = CLIENT.generic(method, path, "{}", content_type="application/json", headers=headers)
            transaction.set_rollback(True)
        return answer

    def is_let_in(self, level: str, face: str) -> bool:
        if self.token and face != "api" and level != "open":
            return False
        if level in ("open", "known", "own"):
            return {"open": True, "known": self.rank >= 0, "own": self.owns}[level]
        role, _, in_person = level.partition(" ")
        return self.rank >= ROLES_UP[role] and (self.owns or not in_person)


def everybody() -> list[Caller]:
    """A stranger, a session of each role and of none, and the tokens that an admin (and once a viewer) may hold."""
    make_job()
    admin = person("admin")
    people = [person(name) for name in ("viewer", "operator", "editor")] + [User.objects.create_user("none")]
    found = [Caller("anonymous", -1), *(_session(user) for user in [*people, admin])]
    for scope, role in ROLES.items():
        found.append(Caller(f"token {scope} of an admin", role.rank, key_of(admin, scope)))
    found.append(Caller("token admin of a viewer", 1, key_of(people[0], "admin")))
    services.local_owner_token(home())
    return [
        *found,
        Caller("token of the local owner", 4, (home() / "cli-token").read_text().strip(), owns=True),
    ]


def home() -> Path:
    return Path(settings.MXX_HOME)


def _session(user: User) -> Caller:
    client = Client()
    client.force_login(user)
    return Caller(user.username, ROLES_UP.get(user.username, 0), user=user, owns=True, cookies=client.cookies)


def was_let_in(answer: HttpResponseBase) -> bool:
    """Any answer of the view itself, also that the input is bad or the thing is not there."""
    to_login = answer.status_code == 302 and answer["Location"].startswith(("/login/?next=", "/admin/login/"))
    return answer.status_code not in (401, 403) and not to_login


def intrusions(paths: Iterable[str], callers: Iterable[Caller], method: str) -> Iterator[str]:
    """What was let in although it should not have been."""
    for path in paths:
        for caller in callers:
            if was_let_in(answer := caller.knock(method, path)) and answer.status_code < 300:
                yield f"{caller.name}: {method} {path} -> {answer.status_code}"
