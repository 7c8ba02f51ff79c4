"""Registered applications through the API."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.models import Application
from tests.api.kit import Api, only_field

MAA = {
    "name": "maa",
    "aliases": ["arknights"],
    "path": "C:/Tools/MAA",
    "app": "MAA.exe",
    "cfgroute": "config",
    "cfgow": {"gui.json/window/theme": "dark", "level": None},
    "cfge": ["gui.json/account"],
}


def test_one_is_registered_shown_changed_and_removed(api: Api) -> None:
    created = api.post("applications/", MAA)
    assert created.status_code == 201
    assert created.json() == {"uid": created.json()["uid"], **MAA}
    assert api.get("applications/Arknights/").json() == created.json()
    changed = api.put("applications/maa/", {"name": "bot", "path": "/opt/bot", "app": "bot"})
    assert changed.json()["uid"] == created.json()["uid"]
    assert (changed.json()["name"], changed.json()["aliases"], changed.json()["cfgow"]) == ("bot", [], {})
    assert api.delete("applications/bot/").status_code == 204
    assert api.get("applications/bot/").status_code == 404


def test_the_list_comes_in_pages_by_name(api: Api) -> None:
    for name in ("c", "A", "b"):
        api.post("applications/", {**MAA, "name": name, "aliases": []})
    first = api.get("applications/?limit=2").json()
    assert [one["name"] for one in first["results"]] == ["A", "b"]
    second = api.client.get(first["next"], headers=api.headers).json()
    assert ([one["name"] for one in second["results"]], second["next"]) == (["c"], None)


def test_a_list_costs_two_queries_whatever_its_length(api: Api, django_assert_num_queries: Any) -> None:
    for name in ("a", "b", "c"):
        api.post("applications/", {**MAA, "name": name, "aliases": []})
    with django_assert_num_queries(3):  # one for the token
        api.get("applications/")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "a/b"}, "name"),
        ({"name": 5}, "name"),
        ({"aliases": ["ok", "-x"]}, "aliases[1]"),
        ({"aliases": "x"}, "aliases"),
        ({"path": "Tools/MAA"}, "path"),
        ({"app": "  "}, "app"),
        ({"cfgow": []}, "cfgow"),
        ({"cfgow": {"a.json": 1}}, "cfgow.a.json"),
        ({"cfge": [5]}, "cfge"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_with_an_example(api: Api, change: Any, field: str) -> None:
    response = api.post("applications/", {**MAA, **change})
    assert response.status_code == 400
    problem = only_field(response)
    assert problem["field"] == field
    assert problem["example"]
    assert Application.objects.count() == 0


def test_a_taken_name_is_a_conflict(api: Api) -> None:
    api.post("applications/", MAA)
    assert api.post("applications/", {**MAA, "name": "ARKNIGHTS", "aliases": []}).status_code == 409
    api.post("applications/", {**MAA, "name": "bot", "aliases": []})
    assert api.put("applications/bot/", {**MAA, "name": "bot"}).status_code == 409


def test_a_viewer_reads_and_changes_nothing(api: Api, viewer: Api) -> None:
    api.post("applications/", MAA)
    assert viewer.get("applications/maa/").status_code == 200
    assert viewer.put("applications/maa/", MAA).status_code == 403
    assert viewer.delete("applications/maa/").status_code == 403
    assert Application.objects.count() == 1
