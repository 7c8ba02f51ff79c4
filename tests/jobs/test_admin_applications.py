"""Applications in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from jobs import services
from jobs.models import Application

ADD, LIST = "/admin/jobs/application/add/", "/admin/jobs/application/"
FORM = {
    "name": "maa",
    "aliases": "arknights\r\nak\r\n",
    "path": "C:/Tools/MAA",
    "app": "MAA.exe",
    "cfgroute": "config",
    "cfgow": '{"gui.json/theme": "dark"}',
    "cfge": "gui.json/account",
}


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def errors(admin: Client, **wrong: Any) -> dict[str, Any]:
    response = admin.post(ADD, {**FORM, **wrong})
    assert response.status_code == 200
    assert Application.objects.count() == 0
    return dict(response.context["adminform"].form.errors)


def test_one_is_registered_with_its_lists_a_line_each(admin: Client) -> None:
    assert admin.post(ADD, FORM).status_code == 302
    saved = services.find_application("ak")
    assert (saved.aliases, saved.cfgow, saved.cfge) == (
        ["arknights", "ak"],
        {"gui.json/theme": "dark"},
        ["gui.json/account"],
    )
    assert "arknights, ak" in admin.get(LIST).content.decode()


def test_saving_the_form_as_it_is_shown_changes_nothing(admin: Client) -> None:
    admin.post(ADD, FORM)
    saved = Application.objects.get()
    page = reverse("admin:jobs_application_change", args=[saved.pk])
    shown = admin.get(page).context["adminform"].form
    sent = {name: shown[name].value() for name in FORM}
    assert admin.post(page, sent).status_code == 302
    again = Application.objects.get()
    assert (again.uid, again.aliases, again.cfgow, again.cfge) == (
        saved.uid,
        saved.aliases,
        saved.cfgow,
        saved.cfge,
    )


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "a/b"}, "name"),
        ({"path": "Tools"}, "path"),
        ({"cfgow": "{"}, "cfgow"),
        ({"cfgow": "[]"}, "cfgow"),
        ({"cfgow": '{"a.json": 1}'}, "cfgow"),
        ({"cfge": "/"}, "cfge"),
        ({"aliases": "-x"}, "aliases"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(admin: Client, wrong: dict[str, str], field: str) -> None:
    assert list(errors(admin, **wrong)) == [field]


def test_a_taken_name_is_told(admin: Client) -> None:
    admin.post(ADD, FORM)
    response = admin.post(ADD, {**FORM, "name": "other"}, follow=True)
    assert "exists already" in response.content.decode()
    assert Application.objects.count() == 1
