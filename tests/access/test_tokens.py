"""Tokens are shown once, kept as digests, end by themselves, and never reach above their user or make another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from jobs import services
from jobs.models import Run, Token
from jobs.timing import clock
from tests.access.walk import home
from tests.api.kit import Api, key_of, make_job, only_field, person


@pytest.fixture
def editor(db: None) -> User:
    return person("editor")


@pytest.fixture
def mine(editor: User) -> Client:
    client = Client()
    client.force_login(editor)
    return client


def made(client: Client, **body: object) -> dict[str, str]:
    answer = client.post("/api/tokens/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_token_is_shown_once_and_only_its_digest_is_kept(mine: Client) -> None:
    token = made(mine, name="laptop", scope="run")["token"]
    assert token.startswith("mxx_") and len(token) == 68
    row = Token.objects.get()
    assert token not in (row.digest, row.token_key) and len(row.token_key) < 20
    assert token not in mine.get("/api/tokens/").content.decode()


def test_a_token_ends_after_90_days_unless_told_otherwise(mine: Client) -> None:
    key = made(mine, name="laptop")["token"]
    assert Api(key).get("jobs/").status_code == 200
    with clock.shifted(timedelta(days=90, seconds=1).total_seconds()):
        assert Api(key).get("jobs/").status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "scope": "admin"}, "scope"),
        ({"name": "x", "scope": "owner"}, "scope"),
        ({"name": "x", "days": 366}, "days"),
        ({"name": "x", "days": 0}, "days"),
        ({"name": ""}, "name"),
        ({"name": "x", "user": "boss"}, "user"),
    ],
)
def test_a_token_above_its_users_role_or_without_an_end_is_refused(
    mine: Client, body: dict[str, object], field: str
) -> None:
    answer = mine.post("/api/tokens/", body, content_type="application/json")
    assert (answer.status_code, only_field(answer)["field"]) == (400, field)
    assert not Token.objects.exists()


def test_no_token_makes_another(editor: User) -> None:
    for scope in ("edit", "admin"):
        answer = Api(key_of(editor, scope)).post("tokens/", {"name": "more"})
        assert answer.status_code == 403
        Token.objects.all().delete()


def test_a_token_falls_with_its_users_role(editor: User) -> None:
    make_job()
    api = Api(key_of(editor, "edit"))
    assert api.post("jobs/hello/trigger/").status_code == 202
    editor.groups.clear()
    assert api.post("jobs/hello/trigger/").status_code == 403


def test_a_revoked_token_opens_nothing_and_nobody_revokes_anothers(mine: Client) -> None:
    token = made(mine, name="laptop")
    other = Client()
    other.force_login(person("viewer"))
    assert other.delete(f"/api/tokens/{token['key']}/").status_code == 404
    assert mine.delete(f"/api/tokens/{token['key']}/").status_code == 204
    assert Api(token["token"]).get("jobs/").status_code == 401


def test_an_admin_sees_and_revokes_the_tokens_of_everybody(mine: Client) -> None:
    key = made(mine, name="laptop")["key"]
    admin = Client()
    admin.force_login(person("admin"))
    services.local_owner_token(home())
    assert admin.get("/api/tokens/").json()["results"] == []
    found = admin.get("/api/tokens/?all=true").json()["results"]
    assert [(token["user"], token["key"]) for token in found] == [("editor", key)]
    assert admin.delete(f"/api/tokens/{key}/").status_code == 204
    assert mine.get("/api/tokens/?all=true").status_code == 403


def test_the_last_use_is_noted(mine: Client) -> None:
    Api(made(mine, name="laptop")["token"]).get("jobs/")
    assert mine.get("/api/tokens/").json()["results"][0]["last_used_at"]


def test_the_page_makes_shows_and_revokes(mine: Client) -> None:
    body = {"name": "laptop", "scope": "run", "days": "30", "job": ""}
    page = mine.post("/settings/tokens/", body).content.decode()
    row = Token.objects.get()
    assert page.count("mxx_") > page.count(row.token_key + "…")
    mine.post(f"/settings/tokens/{row.token_key}/revoke/")
    assert not Token.objects.exists()


def test_the_page_tells_what_is_wrong(mine: Client) -> None:
    body = {"name": "", "scope": "admin", "days": "x", "job": ""}
    answer = mine.post("/settings/tokens/", body)
    assert answer.status_code == 422
    assert all(f"<code>{field}</code>" in answer.content.decode() for field in ("name", "scope", "days"))


def test_too_many_wrong_tokens_are_429_and_hold_up_no_good_one(editor: User) -> None:
    cache.clear()
    good = Api(key_of(editor))
    codes = [Api("mxx_wrong").get("jobs/").status_code for _ in range(62)]
    assert (codes[0], codes[-1]) == (401, 429)
    assert good.get("jobs/").status_code == 200
    cache.clear()


# ---- links that start one job


def link(editor: User, **params: object) -> str:
    job = make_job(toml='[params]\nplace = "here"\n[os]\ncmd = "echo ${params.place}"\n')
    return services.make_link(job=job, name="build server", author=editor)[1]


def test_a_link_starts_its_job_with_declared_params_and_tells_no_more(editor: User) -> None:
    answer = Api().post(f"start/{link(editor)}/", {"params": {"place": "there"}})
    run = Run.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"run": run.pk, "status": "queued"})
    assert (run.source, run.params, run.requested_by) == ("webhook", {"place": "there"}, editor)


def test_a_link_takes_no_other_param_and_no_other_method(editor: User) -> None:
    key = link(editor)
    answer = Api().post(f"start/{key}/", {"params": {"LD_PRELOAD": "x"}})
    assert (answer.status_code, only_field(answer)["field"]) == (400, "params.LD_PRELOAD")
    assert Api().get(f"start/{key}/").status_code == 405
    assert not Run.objects.exists()


def test_a_wrong_revoked_or_powerless_link_is_one_and_the_same_404(editor: User) -> None:
    key = link(editor)
    wrong = Api().post("start/nonsense/").json()
    editor.groups.clear()
    assert Api().post(f"start/{key}/").json() == wrong
    editor.groups.set(person("operator").groups.all())
    assert Api().post(f"start/{key}/").status_code == 202


def test_a_link_that_is_used_too_often_is_429(editor: User) -> None:
    cache.clear()
    key = link(editor)
    answers = [Api().post(f"start/{key}/") for _ in range(61)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["error"]["code"] == "too_many_requests" and answers[-1]["Retry-After"]
    assert Run.objects.count() == 60
    cache.clear()
