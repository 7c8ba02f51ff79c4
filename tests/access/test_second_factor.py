"""The second factor: nobody comes in with a password alone where there is one, and no code opens twice."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pyotp
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from jobs import services
from jobs.models import AuditEntry, RecoveryCode, SecondFactor
from jobs.timing import clock
from plugins.exceptions import BadInput

pytestmark = pytest.mark.django_db
PASSWORD = "four unrelated words"
NOTHING_OPENS = ["/", "/jobs/", "/admin/", "/settings/tokens/", "/settings/second-factor/"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Any, settings: Any) -> None:
    settings.MXX_HOME = tmp_path


@pytest.fixture
def mira() -> User:
    return User.objects.create_superuser("mira", password=PASSWORD)


def code_now(user: User, steps: int = 0) -> str:
    """What the phone shows; before it is confirmed, the key that the page shows."""
    return pyotp.TOTP(KEYS[user.pk]).at(clock.now(), counter_offset=steps)


KEYS: dict[int, str] = {}


def enrolled(user: User) -> list[str]:
    """The recovery codes."""
    KEYS[user.pk] = services.enrolment(user).secret
    codes = services.confirm_factor(user=user, code=code_now(user, -1))
    user.refresh_from_db()
    return codes


def with_password(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/login/?next=/runs/", {"username": "mira", "password": password})


def with_code(client: Client, code: str) -> Any:
    return client.post("/login/code/", {"code": code})


def test_a_password_alone_opens_nothing(client: Client, mira: User) -> None:
    enrolled(mira)
    assert with_password(client)["Location"] == "/login/code/"
    assert [client.get(path).status_code for path in NOTHING_OPENS] == [302] * len(NOTHING_OPENS)
    assert client.get("/api/jobs/").status_code == 401


def test_with_the_code_of_the_phone_one_is_in_and_where_one_wanted_to_go(client: Client, mira: User) -> None:
    enrolled(mira)
    with_password(client)
    assert with_code(client, code_now(mira))["Location"] == "/runs/"
    assert client.get("/jobs/").status_code == 200


def test_a_code_opens_once(client: Client, mira: User) -> None:
    enrolled(mira)
    code = code_now(mira)
    with_password(client)
    assert with_code(client, code).status_code == 302
    other = Client()
    with_password(other)
    assert with_code(other, code).status_code == 422


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (0, 302), (1, 302), (3, 422)])
def test_a_phone_may_go_half_a_minute_wrong(client: Client, mira: User, steps: int, status: int) -> None:
    enrolled(mira)
    with_password(client)
    assert with_code(client, code_now(mira, steps)).status_code == status


@pytest.mark.parametrize("code", ["", "12345", "1234567", "१२३४५६", "000000", "\0", "x" * 5000, "'; --"])
def test_what_is_no_code_is_told_so(client: Client, mira: User, code: str) -> None:
    enrolled(mira)
    with_password(client)
    assert with_code(client, code).status_code == 422


def test_wrong_codes_are_counted_with_wrong_passwords(client: Client, mira: User) -> None:
    enrolled(mira)
    with_password(client)
    assert [with_code(client, "no").status_code for _ in range(5)] == [422] * 5
    assert with_code(client, code_now(mira)).status_code == 429
    assert with_password(Client()).status_code == 429


def test_who_has_the_password_cannot_guess_from_many_addresses(mira: User) -> None:
    enrolled(mira)
    codes = []
    for number in range(21):
        client = Client(REMOTE_ADDR=f"10.0.0.{number}")
        with_password(client)
        codes.append(with_code(client, "no").status_code)
    assert codes[:20] == [422] * 20 and codes[20] != 422


def test_a_shown_password_counts_for_ten_minutes_and_until_it_changes(client: Client, mira: User) -> None:
    enrolled(mira)
    with_password(client)
    with clock.shifted(601):
        assert with_code(client, code_now(mira))["Location"] == "/login/"
    with_password(client)
    mira.set_password("another good password")
    mira.save()
    assert with_code(client, code_now(mira))["Location"] == "/login/"


def test_a_recovery_code_opens_once_and_is_kept_as_a_digest(client: Client, mira: User) -> None:
    codes = enrolled(mira)
    assert len(set(codes)) == 10
    with_password(client)
    assert with_code(client, codes[0].upper()).status_code == 302
    other = Client()
    with_password(other)
    assert with_code(other, codes[0]).status_code == 422
    assert services.codes_left(mira) == 9
    assert not RecoveryCode.objects.filter(digest__contains=codes[1].replace("-", "")).exists()


def test_the_key_is_sealed_and_bound_to_its_user(mira: User) -> None:
    enrolled(mira)
    row = SecondFactor.objects.get()
    assert KEYS[mira.pk] not in row.sealed
    nora = User.objects.create_user("nora")
    SecondFactor.objects.create(user=nora, sealed=row.sealed)
    with pytest.raises(services.Sealed):
        services.check_code(user=nora, code=code_now(mira))


def test_a_new_key_for_secrets_keeps_phones_working(client: Client, mira: User) -> None:
    enrolled(mira)
    services.seal_anew()
    with_password(client)
    assert with_code(client, code_now(mira)).status_code == 302


def test_without_the_key_file_a_page_says_so_and_a_recovery_code_still_opens(
    client: Client, mira: User, tmp_path: Any
) -> None:
    codes = enrolled(mira)
    (tmp_path / "secrets.key").unlink()
    assert [one.topic for one in services.examine() if "of mira" in one.fact] == ["phones"]
    with_password(client)
    refused = with_code(client, code_now(mira))
    assert refused.status_code == 422 and b"resetfactor" in refused.content
    assert with_code(client, codes[0]).status_code == 302


# ---- where it is required


@pytest.fixture
def reachable(settings: Any) -> None:
    settings.MXX_REACHABLE = True


@pytest.mark.usefixtures("reachable")
def test_off_loopback_the_first_login_enrols_before_anything_else(client: Client, mira: User) -> None:
    assert with_password(client)["Location"] == "/login/enrol/"
    assert [client.get(path).status_code for path in NOTHING_OPENS] == [302] * len(NOTHING_OPENS)
    assert client.get("/api/jobs/").status_code == 401
    KEYS[mira.pk] = client.get("/login/enrol/").context["secret"].replace(" ", "")
    assert client.post("/login/enrol/", {"code": "no"}).status_code == 422
    shown = client.post("/login/enrol/", {"code": code_now(mira)})
    assert len(shown.context["codes"]) == 10 and shown.context["then"] == "/runs/"
    assert client.get("/api/jobs/").status_code == 200


@pytest.mark.usefixtures("reachable")
def test_off_loopback_the_first_admin_enrols_too(client: Client) -> None:
    token = services.open_link()
    form = {"username": "mira", "password": PASSWORD}
    assert client.post(f"/setup/{token}/", form)["Location"] == "/login/enrol/"
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("reachable")
def test_off_loopback_a_session_from_before_ends(client: Client, mira: User) -> None:
    client.force_login(mira)
    assert client.get("/jobs/").status_code == 302
    assert client.get("/api/jobs/").status_code == 401


@pytest.mark.usefixtures("reachable")
def test_off_loopback_nobody_gives_it_up(client: Client, mira: User) -> None:
    enrolled(mira)
    with_password(client)
    with_code(client, code_now(mira))
    assert client.post("/settings/second-factor/drop/", {"password": PASSWORD}).status_code == 409
    assert services.has_factor(mira)


# ---- the settings pages


def test_on_loopback_it_is_a_choice_and_the_password_is_asked(client: Client, mira: User) -> None:
    client.force_login(mira)
    page = client.get("/settings/second-factor/")
    KEYS[mira.pk] = page.context["secret"].replace(" ", "")
    refused = client.post("/settings/second-factor/", {"code": code_now(mira), "password": "no"})
    assert refused.status_code == 422 and not services.has_factor(mira)
    done = client.post("/settings/second-factor/", {"code": code_now(mira), "password": PASSWORD})
    assert len(done.context["codes"]) == 10
    assert client.get("/settings/second-factor/").context["left"] == 10


def test_enrolling_ends_the_other_sessions(client: Client, mira: User) -> None:
    other = Client()
    other.force_login(mira)
    client.force_login(mira)
    KEYS[mira.pk] = client.get("/settings/second-factor/").context["secret"].replace(" ", "")
    client.post("/settings/second-factor/", {"code": code_now(mira), "password": PASSWORD})
    assert (client.get("/jobs/").status_code, other.get("/jobs/").status_code) == (200, 302)


def test_giving_it_up_wants_the_password(client: Client, mira: User) -> None:
    enrolled(mira)
    client.force_login(mira)
    assert client.post("/settings/second-factor/drop/", {"password": "no"}).status_code == 422
    assert services.has_factor(mira)
    assert client.post("/settings/second-factor/drop/", {"password": PASSWORD}).status_code == 302
    assert not services.has_factor(mira) and services.codes_left(mira) == 0


def test_new_recovery_codes_end_the_old_ones(client: Client, mira: User) -> None:
    old = enrolled(mira)
    client.force_login(mira)
    client.post("/settings/second-factor/codes/", {"password": PASSWORD})
    assert services.codes_left(mira) == 10
    assert not services.check_code(user=mira, code=old[0])


def test_an_admin_and_the_owner_of_the_machine_can_reset_it(client: Client, mira: User) -> None:
    nora = User.objects.create_user("nora", password=PASSWORD)
    client.force_login(mira)
    for reset in ("admin", "command"):
        enrolled(nora)
        if reset == "admin":
            form = {"action": "reset_factor", "_selected_action": [nora.pk]}
            client.post("/admin/auth/user/", form)
        else:
            call_command("resetfactor", "nora", stdout=StringIO())
        assert not services.has_factor(nora), reset
    assert AuditEntry.objects.filter(action="factor.dropped", target="nora").count() == 2


def test_resetting_nobodys_is_exit_2(capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("resetfactor", "nobody")
    assert ended.value.code == 2 and "NAME: there is no user" in capsys.readouterr().err


def test_what_happens_stands_in_the_audit_log_and_no_code_does(client: Client, mira: User) -> None:
    codes = enrolled(mira)
    with_password(client)
    with_code(client, "999")
    with_code(client, codes[0])
    actions = [entry.action for entry in AuditEntry.objects.order_by("id")]
    assert actions == ["factor.enrolled", "login.code_failed", "factor.recovery_used", "login"]
    assert codes[0] not in str([entry.data for entry in AuditEntry.objects.all()])


def test_a_key_that_nobody_was_shown_is_not_confirmed(mira: User) -> None:
    with pytest.raises(BadInput, match="code"):
        services.confirm_factor(user=mira, code="123456")


# ---- the password


def test_a_changed_password_ends_the_other_sessions(client: Client, mira: User) -> None:
    other = Client()
    other.force_login(mira)
    client.force_login(mira)
    form = {"password": PASSWORD, "wanted": "quite another one", "again": "quite another one"}
    assert client.post("/settings/password/", form).status_code == 302
    assert (client.get("/jobs/").status_code, other.get("/jobs/").status_code) == (200, 302)
    mira.refresh_from_db()
    assert mira.check_password("quite another one")
    assert AuditEntry.objects.filter(action="user.password_changed", target="mira").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "no"}, "password"),
        ({"wanted": "short", "again": "short"}, "wanted"),
        ({"again": "x"}, "again"),
    ],
)
def test_a_password_that_will_not_do_is_refused_by_field(
    client: Client, mira: User, change: dict[str, str], field: str
) -> None:
    client.force_login(mira)
    form = {"password": PASSWORD, "wanted": "quite another one", "again": "quite another one", **change}
    answer = client.post("/settings/password/", form)
    assert answer.status_code == 422
    assert {problem.field for problem in answer.context["problems"]} == {field}
    mira.refresh_from_db()
    assert mira.check_password(PASSWORD)
