"""Registered applications, and the prototype's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.exceptions import Conflict, NotFound
from jobs.models import Application, ApplicationName
from plugins.exceptions import BadInput

pytestmark = pytest.mark.django_db


def draft(name: str = "maa", **more: Any) -> services.ApplicationDraft:
    return services.ApplicationDraft(**{"name": name, "path": "C:/Tools/MAA", "app": "MAA.exe", **more})


def save(name: str = "maa", **more: Any) -> Application:
    return services.save_application(draft=draft(name, **more))


def problems(**wrong: Any) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        save(**wrong)
    assert Application.objects.count() == 0
    assert all(problem.example for problem in caught.value.problems)
    return {problem.field: problem.message for problem in caught.value.problems}


def test_it_is_found_by_name_alias_and_uid_ignoring_case() -> None:
    saved = save(aliases=["Arknights", "ak"])
    for name in ("MAA", "arknights", "ak", saved.uid):
        assert services.find_application(name) == saved
    with pytest.raises(NotFound, match="there is no application named 'mbb'"):
        services.find_application("mbb")


def test_overrides_keep_their_order_and_their_kinds() -> None:
    overrides = {"z": 1, "a": None, "m": {"b": [True, 0.5], "a": "é"}}
    saved = save(cfgow=overrides)
    assert json.dumps(Application.objects.get(pk=saved.pk).cfgow) == json.dumps(overrides)


def test_changing_it_changes_its_names_too() -> None:
    saved = save(aliases=["one", "two"])
    services.save_application(draft=draft("bot", aliases=["two", "three"]), application=saved)
    assert saved.aliases == ["two", "three"]
    assert [row.key for row in ApplicationName.objects.order_by("key")] == ["bot", "three", "two"]


@pytest.mark.parametrize("taken", [draft("MAA"), draft("other", aliases=["AK"]), draft("ak")])
def test_a_name_that_another_has_is_a_conflict_and_changes_nothing(taken: services.ApplicationDraft) -> None:
    save(aliases=["ak"])
    with pytest.raises(Conflict, match="exists already"):
        services.save_application(draft=taken)
    assert ApplicationName.objects.count() == 2
    assert Application.objects.count() == 1


def test_an_alias_like_the_name_is_the_name() -> None:
    assert save(aliases=["MAA", "ak", "AK"]).aliases == ["ak"]


def test_every_problem_is_told_at_once_at_its_place() -> None:
    found = problems(
        name="a/b", aliases=["ok", ""], path="Tools", app=" ", cfgow={"": 1, "a.json": 2}, cfge=["x/y", "/"]
    )
    assert list(found) == ["name", "aliases[1]", "path", "app", "cfgow.", "cfgow.a.json", "cfge[1]"]


@pytest.mark.parametrize("path", ["/opt/bot", "C:\\Tools", "//server/share", "~/bot"])
def test_the_folder_may_be_one_of_another_system(path: str) -> None:
    assert save(path=path).path == path


def test_a_run_is_told_of_the_applications_it_names_by_the_names_it_uses() -> None:
    saved = save(aliases=["ak"], cfgow={"a": 1}, cfge=["b"])
    told = services.applications_named(["AK", "unknown"])
    assert list(told) == ["AK"]
    assert told["AK"]["uid"] == saved.uid
    assert (told["AK"]["cfgow"], told["AK"]["cfge"]) == ({"a": 1}, ["b"])
    assert Path(told["AK"]["exports"]).parts[-2:] == ("exports", saved.uid)


def test_deleting_it_frees_its_names() -> None:
    services.delete_application(application=save(aliases=["ak"]))
    assert save("ak").name == "ak"


# ---- the prototype's


def prototype(home: Path, apps: Any, aliases: Any = None) -> Path:
    (home / "apps").mkdir()
    (home / "apps" / "apps.json").write_text(apps if isinstance(apps, str) else json.dumps(apps))
    if aliases is not None:
        (home / "apps" / "aliases.json").write_text(json.dumps(aliases))
    return home


MAA = {"path": "C:\\Tools\\MAA", "app": "MAA.exe", "cfgroute": "config", "cfgow": {"a/b": "1"}, "cfge": ["c"]}


def test_the_prototype_s_applications_come_with_their_uids_and_aliases(tmp_path: Path) -> None:
    home = prototype(tmp_path, {"u1": MAA, "u2": {**MAA, "app": "sub\\Bot.exe"}}, {"ak": "u1", "maa": "u1"})
    done = services.import_applications(home)
    assert (done.created, done.kept, done.refused) == (["ak", "Bot"], [], [])
    found = services.find_application("maa")
    assert (found.uid, found.name, found.cfgow, found.cfge) == ("u1", "ak", {"a/b": "1"}, ["c"])


def test_importing_again_keeps_what_is_here(tmp_path: Path) -> None:
    home = prototype(tmp_path, {"u1": MAA})
    services.import_applications(home)
    services.save_application(draft=draft("mine"), application=services.find_application("u1"))
    assert services.import_applications(home).kept == ["mine"]


def test_a_dry_run_tells_the_same_and_saves_nothing(tmp_path: Path) -> None:
    home = prototype(tmp_path, {"u1": MAA, "u2": {"path": 5}}, {"x": "gone"})
    told = services.import_applications(home, dry_run=True)
    assert Application.objects.count() == 0
    assert services.import_applications(home) == told


@pytest.mark.parametrize(
    ("apps", "why"),
    [
        ({"u1": []}, "must be an object, not a list"),
        ({"u1": {"path": "C:/x"}}, "app is missing"),
        ({"u1": {**MAA, "cfge": "x"}}, 'cfge: the text "x" is of the wrong kind'),
        ({"u1": {**MAA, "cfge": [1]}}, "cfge: must be a list of paths"),
        ({"u1": {**MAA, "path": "x"}}, "must be the absolute path"),
        ({"../u": MAA}, "the uid must be"),
        ("{", "is no JSON"),
        ([], "must hold an object"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(tmp_path: Path, apps: Any, why: str) -> None:
    done = services.import_applications(prototype(tmp_path, apps))
    assert done.created == []
    assert why in done.refused[0][1]


def test_one_that_is_refused_stops_no_other(tmp_path: Path) -> None:
    home = prototype(tmp_path, {"u1": {}, "u2": MAA, "u3": MAA}, {"gone": "u9"})
    done = services.import_applications(home)
    assert done.created == ["MAA"]
    assert [what for what, _ in done.refused] == ["u1", "u3", "alias gone"]


def test_a_home_without_applications_has_nothing_to_import(tmp_path: Path) -> None:
    assert services.import_applications(tmp_path) == services.ImportedApplications()
