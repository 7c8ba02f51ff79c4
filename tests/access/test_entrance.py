"""Coming in: guesses are counted, sessions end, and nobody comes in from another site or by another name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import AuditEntry
from jobs.timing import clock
from tests.api.kit import person

pytestmark = pytest.mark.django_db
PASSWORD = "four unrelated words"
EVIL = {"Host": "evil.example"}


@pytest.fixture
def mira() -> User:
    return User.objects.create_superuser("mira", password=PASSWORD)


def guess(name: str, password: str = "wrong", address: str = "127.0.0.1") -> Any:
    return Client(REMOTE_ADDR=address).post("/login/", {"username": name, "password": password})


def test_after_five_failures_not_even_the_right_password_is_tried(mira: User) -> None:
    codes = [guess("mira").status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]
    assert guess("mira", PASSWORD).status_code == 429
    assert guess("mira", PASSWORD, "127.0.0.2").status_code == 302


def test_a_quarter_of_an_hour_later_it_is(mira: User) -> None:
    for _ in range(5):
        guess("mira")
    with clock.shifted(15 * 60 + 1):
        assert guess("mira", PASSWORD).status_code == 302


def test_a_success_begins_the_count_anew(mira: User) -> None:
    for password in ["wrong"] * 4 + [PASSWORD] + ["wrong"] * 4:
        guess("mira", password)
    assert guess("mira", PASSWORD).status_code == 302


def test_a_name_that_nobody_has_is_answered_alike(mira: User) -> None:
    for _ in range(6):
        known, unknown = guess("mira"), guess("nora")
        assert known.status_code == unknown.status_code
        shown = known.content.decode().replace("mira", "nora")
        assert _without_token(shown) == _without_token(unknown.content.decode())


def _without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)


def test_log_ins_and_failures_stand_in_the_audit_log(mira: User) -> None:
    guess("mira")
    guess("mira", PASSWORD)
    told = AuditEntry.objects.filter(action__startswith="login").order_by("id")
    assert [(entry.action, entry.target, entry.address) for entry in told] == [
        ("login.failed", "mira", "127.0.0.1"),
        ("login", "mira", "127.0.0.1"),
    ]


def test_the_administrations_own_login_is_this_one(client: Client) -> None:
    assert client.get("/admin/login/")["Location"].startswith("/login/?next=")
    assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302


def test_a_session_ends_after_twelve_idle_hours(client: Client) -> None:
    client.force_login(person("viewer"))
    with clock.shifted(timedelta(hours=12, seconds=1).total_seconds()):
        assert client.get("/jobs/").status_code == 302


def test_a_session_that_is_used_ends_after_seven_days(client: Client) -> None:
    client.force_login(person("viewer"))
    for hours in range(11, 7 * 24, 11):
        with clock.shifted(hours * 3600):
            assert client.get("/jobs/").status_code == 200, hours
    with clock.shifted(7 * 24 * 3600 + 1):
        assert client.get("/jobs/").status_code == 302


@pytest.mark.parametrize("path", ["/", "/login/", "/api/health/", "/admin/", "/static/mxx.css", "/nowhere/"])
def test_a_name_that_is_not_ours_is_refused_everywhere(client: Client, path: str) -> None:
    answer = client.get(path, headers=EVIL)
    assert answer.status_code == 400
    if path.startswith("/api/"):
        assert answer.json()["error"]["code"] == "bad_input"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/", "/login/", "/api/health/", "/admin/", "/static/mxx.css"])
def test_another_sites_page_reaches_nothing(client: Client, path: str, site: str) -> None:
    for method, more in (("GET", {"Sec-Fetch-Mode": "no-cors"}), ("POST", {"Sec-Fetch-Mode": "navigate"})):
        answer = client.generic(method, path, headers={"Sec-Fetch-Site": site, **more})
        assert answer.status_code == 403


def test_a_link_from_elsewhere_may_be_followed(client: Client) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get("/login/", headers=headers).status_code == 200
    assert client.get("/login/", headers={**headers, "Sec-Fetch-Dest": "iframe"}).status_code == 403


def test_every_face_forbids_inline_scripts_and_frames(client: Client, mira: User) -> None:
    client.force_login(mira)
    for path in ("/", "/admin/", "/api/docs/", "/api/jobs/", "/admin/jobs/job/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy and "object-src 'none'" in policy
        assert "script-src 'unsafe" not in policy and "default-src 'self'" in policy
