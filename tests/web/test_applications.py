"""Applications on their pages: registered, changed, removed, taken over; nothing typed is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client

from jobs import services
from jobs.models import Application
from tests.api.kit import person

CANARY = '"><script>alert(1)</script>'
MAA = {
    "name": "maa", "path": "C:/Tools/MAA", "app": "MAA.exe", "aliases": "arknights\nbot", "cfgroute": "config",
    "cfgow": '{"gui.json/window/theme": "dark"}', "cfge": "gui.json/account\n",
}  # fmt: skip


def test_one_is_registered_listed_and_shown(web: Client) -> None:
    answer = web.post("/settings/new-application/", MAA)
    assert answer["Location"] == "/settings/applications/maa/"
    saved = Application.objects.get()
    assert (saved.aliases, saved.cfgow, saved.cfge) == (
        ["arknights", "bot"],
        {"gui.json/window/theme": "dark"},
        ["gui.json/account"],
    )
    page = web.get("/settings/applications/").content.decode()
    assert "also arknights, bot" in page and "C:/Tools/MAA" in page


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "must not be empty"),
        ("path", "MAA", "must be the absolute path"),
        ("app", "", "is empty: which program"),
        ("cfgow", "{theme}", "is no JSON"),
        ("cfgow", "[1]", "must be an object"),
        ("cfgow", '{"a/b": NaN}', "is no JSON"),
        ("aliases", "../x", "are allowed"),
    ],
)
def test_what_is_refused_comes_back_with_its_reason(web: Client, field: str, value: str, says: str) -> None:
    answer = web.post("/settings/new-application/", {**MAA, field: value})
    page = answer.content.decode()
    assert (answer.status_code, says in page, "Nothing is saved yet." in page) == (422, True, True)
    assert "gui.json/account" in page and not Application.objects.exists()


def test_a_name_that_is_taken_is_told_at_the_name(web: Client) -> None:
    web.post("/settings/new-application/", MAA)
    answer = web.post("/settings/new-application/", {**MAA, "name": "other"})
    assert (answer.status_code, "exists already" in answer.content.decode()) == (409, True)


def test_one_is_changed_and_removed(web: Client) -> None:
    web.post("/settings/new-application/", MAA)
    web.post("/settings/applications/maa/edit/", {**MAA, "name": "maa 2", "cfgow": ""})
    assert (Application.objects.get().name, Application.objects.get().cfgow) == ("maa 2", {})
    web.post("/settings/applications/maa%202/delete/")
    assert not Application.objects.exists()


def test_a_viewer_sees_it_and_no_form(web: Client, client: Client) -> None:
    web.post("/settings/new-application/", MAA)
    client.force_login(person("viewer"))
    page = client.get("/settings/applications/maa/").content.decode()
    assert "MAA.exe" in page and "edit/" not in page and "Remove" not in page
    assert "/settings/new-application/" not in client.get("/settings/applications/").content.decode()


@pytest.mark.parametrize("name", ["nope", "%00", "%E2%80%AE"])
def test_one_that_is_not_there_is_told(web: Client, name: str) -> None:
    assert web.get(f"/settings/applications/{name}/").status_code == 404


def test_a_prototypes_are_told_first_and_then_taken_over(web: Client, tmp_path: Path) -> None:
    (tmp_path / "old" / "apps").mkdir(parents=True)
    entries = {"u1": {"path": "/opt/maa", "app": "maa"}, "u2": {"path": "here", "app": "x"}}
    (tmp_path / "old" / "apps" / "apps.json").write_text(json.dumps(entries))
    given = {"folder": str(tmp_path / "old")}
    page = web.post("/settings/take-over-applications/", {**given, "try": "yes"}).content.decode()
    assert "This would happen" in page and "absolute path" in page and not Application.objects.exists()
    assert "This happened" in web.post("/settings/take-over-applications/", given).content.decode()
    assert Application.objects.get().uid == "u1"


@pytest.mark.parametrize("folder", ["", "\0", "here", "/no/such/folder", "~nobody-here/x", "/" + "x" * 5000])
def test_a_folder_that_is_none_is_refused(web: Client, folder: str) -> None:
    answer = web.post("/settings/take-over-applications/", {"folder": folder})
    assert (answer.status_code, "is no folder of this machine" in answer.content.decode()) == (422, True)


def test_what_people_wrote_is_text(web: Client) -> None:
    draft = services.ApplicationDraft("maa", f"/{CANARY}", CANARY, cfgroute=CANARY, cfgow={CANARY: CANARY})
    services.save_application(draft=draft)
    for path in ("/settings/applications/", "/settings/applications/maa/"):
        page = web.get(path).content.decode()
        assert CANARY not in page and "alert(1)" in page
