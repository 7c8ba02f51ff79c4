"""Roles are given in the administration, by admins, and never so that none is left."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.test import Client

from jobs import services
from jobs.exceptions import Conflict
from jobs.models import Role, role_of
from tests.api.kit import person

PASSWORD = "four unrelated words"


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_superuser("boss", password=PASSWORD)


@pytest.fixture
def browser(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def form(user: User, **changes: Any) -> dict[str, Any]:
    role = role_of(user)
    return {
        "username": user.username,
        "role": role.value if role else "",
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
        **changes,
    }


def page_of(user: User) -> str:
    return f"/admin/auth/user/{user.pk}/change/"


def test_each_role_has_what_the_one_below_it_has_and_more(db: None) -> None:
    ladder = [role.permissions() for role in Role]
    assert all(low < high for low, high in pairwise(ladder))
    for role in Role:
        assert Group.objects.get(name=role).permissions.count() == len(role.permissions())


def test_an_admin_makes_a_user_with_a_role(browser: Client) -> None:
    told = {"username": "olga", "usable_password": "true", "role": "operator"}
    browser.post("/admin/auth/user/add/", {**told, "password1": PASSWORD, "password2": PASSWORD})
    assert role_of(User.objects.get(username="olga")) == Role.OPERATOR


def test_a_role_is_changed_and_ends_the_sessions_of_its_user(browser: Client) -> None:
    olga, hers = person("operator", "olga"), Client()
    hers.force_login(olga)
    browser.post(page_of(olga), form(olga, role="viewer"))
    assert role_of(User.objects.get(pk=olga.pk)) == Role.VIEWER
    assert hers.get("/jobs/")["Location"].startswith("/login/")


@pytest.mark.parametrize("changes", [{"role": "viewer"}, {"is_active": ""}])
def test_the_last_admin_stays(browser: Client, admin: User, changes: dict[str, str]) -> None:
    browser.post(page_of(admin), form(admin, **changes))
    browser.post(f"/admin/auth/user/{admin.pk}/delete/", {"post": "yes"})
    assert role_of(User.objects.get(pk=admin.pk)) == Role.ADMIN


def test_one_of_two_admins_may_go(browser: Client, admin: User) -> None:
    second = User.objects.create_user("second", password=PASSWORD)
    services.give_role(user=second, role=Role.ADMIN, by=admin)
    services.give_role(user=admin, role=None, by=second)
    assert role_of(User.objects.get(pk=admin.pk)) is None


def test_nobody_gives_or_takes_a_role_above_their_own(admin: User) -> None:
    editor, viewer = person("editor"), person("viewer")
    with pytest.raises(PermissionDenied):
        services.give_role(user=viewer, role=Role.ADMIN, by=editor)
    with pytest.raises(PermissionDenied):
        services.give_role(user=admin, role=Role.VIEWER, by=editor)


def test_the_owner_of_the_machine_keeps_the_role(admin: User, tmp_path: Any) -> None:
    services.local_owner_token(tmp_path)
    with pytest.raises(Conflict):
        services.give_role(user=User.objects.get(username="local-owner"), role=None, by=admin)


def test_permissions_cannot_be_edited_past_the_roles(browser: Client, admin: User) -> None:
    page = browser.get(page_of(admin)).content.decode()
    assert "user_permissions" not in page and "is_superuser" not in page
    assert browser.get("/admin/auth/group/").status_code == 404
