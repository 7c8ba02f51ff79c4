"""Every route x everybody x every method, against the checked-in table; and every other way to write its path."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from jobs import services
from jobs.models import Job, Revision, Run, Schedule, Token
from tests.access.walk import METHODS, Caller, address, everybody, intrusions, routes, table, was_let_in
from tests.api.kit import HELLO, key_of, make_job

pytestmark = pytest.mark.django_db
ROUTES = [*routes()]
TABLE = table()
LISTED = [route for route in ROUTES if not route.startswith("admin/")]
ADMIN = [route for route in ROUTES if route.startswith("admin/") and "log" not in route]
ROWS = (Job, Revision, Schedule, Run, Token, User)


@pytest.fixture
def callers() -> dict[str, Caller]:
    return {caller.name: caller for caller in everybody()}


def face(route: str) -> str:
    return "api" if route.startswith("api/") else "pages"


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(TABLE) == set(LISTED)


def test_everybody_is_let_in_just_where_the_table_says(callers: dict[str, Caller]) -> None:
    wrong = []
    for route, row in TABLE.items():
        for method, level in row.items():
            for caller in callers.values():
                answer = caller.knock(method, address(route))
                if was_let_in(answer) != caller.is_let_in(level, face(route)) or answer.status_code == 405:
                    wrong.append(
                        f"{caller.name}: {method} {route} -> {answer.status_code}, should be {level}"
                    )
    assert wrong == []


def test_a_method_that_is_not_in_the_table_does_nothing_for_anybody(callers: dict[str, Caller]) -> None:
    wrong = []
    for route, row in TABLE.items():
        for method in set(METHODS) - set(row) - {"OPTIONS"} - ({"HEAD"} if "GET" in row else set()):
            for name in ("anonymous", "viewer", "admin"):
                answer = callers[name].knock(method, address(route))
                led_up = answer.status_code == 302 and address(route).replace("-chosen", "").startswith(
                    answer["Location"]
                )
                if was_let_in(answer) and answer.status_code not in (404, 405) and not led_up:
                    wrong.append(f"{name}: {method} {route} -> {answer.status_code}")
    assert wrong == []


def test_the_administration_is_for_admins(callers: dict[str, Caller]) -> None:
    strangers = [callers[name] for name in ("anonymous", "none", "editor", "token admin of an admin")]
    for route in ADMIN:
        for method in ("GET", "POST"):
            for caller in strangers:
                assert not was_let_in(caller.knock(method, address(route))), (caller.name, method, route)
    assert was_let_in(callers["admin"].knock("GET", "/admin/"))


def written_otherwise(path: str) -> list[str]:
    """The same address for a careless reader: middlewares have been fooled by each of these."""
    return [
        path.upper(),
        path.replace("/", "//"),
        "/." + path,
        "/x/.." + path,
        f"/%2561{path[2:]}",
        path.rstrip("/") + ";.css/",
        path + ".",
        path + "%20",
        path.rstrip("/") + "/..;/",
    ]


def test_no_other_way_to_write_a_path_opens_it(callers: dict[str, Caller]) -> None:
    nobodies = [callers["anonymous"], callers["none"]]
    before = [rows.objects.count() for rows in ROWS]
    for route, row in TABLE.items():
        if "open" in row.values():
            continue
        for method in row:
            assert [*intrusions(written_otherwise(address(route)), nobodies, method)] == []
    assert [rows.objects.count() for rows in ROWS] == before


def test_a_token_for_one_job_sees_and_starts_that_job_only(callers: dict[str, Caller]) -> None:
    make_job("other")
    admin = User.objects.get(username="admin")
    mine = Caller("one job", 2, key_of(admin, "run", job=Job.objects.named("hello")))
    assert mine.knock("POST", "/api/jobs/hello/trigger/").status_code == 202
    assert mine.knock("POST", "/api/jobs/other/trigger/").status_code == 404
    assert mine.knock("GET", "/api/jobs/other/").status_code == 404
    for route, row in TABLE.items():
        other = address(route).replace("hello", "other")
        if "open" not in row.values() and route not in ("api/runs/", "api/"):
            for method in row:
                assert mine.knock(method, other).status_code in (302, 401, 403, 404, 405), (method, other)


def test_a_token_that_edits_one_job_opens_no_address_of_another(callers: dict[str, Caller]) -> None:
    """With things that are there: another job's run, its revision, its schedule."""
    other = make_job("other", HELLO + '[schedule]\ntrigger = "interval"\nhours = 1\n')
    run = services.trigger_job(job=other)
    admin = User.objects.get(username="admin")
    mine = Caller("one job", 3, key_of(admin, "edit", job=Job.objects.named("hello")))
    schedule = Schedule.objects.get().pk
    for route, row in TABLE.items():
        if not route.startswith("api/") or "open" in row.values() or route == "api/runs/":
            continue
        path = address(route).replace("hello", "other").replace("runs/1/", f"runs/{run.pk}/")
        path = path.replace("schedules/1/", f"schedules/{schedule}/")
        for method in row:
            assert mine.knock(method, path).status_code in (401, 403, 404), (method, path)
