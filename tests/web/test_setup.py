"""The first admin comes in once, through a link that then is no page at all."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs import services
from jobs.models import SetupLink, Token
from tests.web.story import PASSWORD, admin

pytestmark = pytest.mark.django_db


def opened() -> str:
    token = services.open_link()
    assert token is not None
    return token


def test_the_link_makes_an_admin_and_logs_in(client: Client) -> None:
    answer = client.post(f"/setup/{opened()}/", {"username": "mira", "password": PASSWORD})
    assert answer["Location"] == "/"
    assert User.objects.get(username="mira").is_superuser
    assert client.get("/").status_code == 200


def test_a_used_link_is_gone(client: Client) -> None:
    token = opened()
    client.post(f"/setup/{token}/", {"username": "mira", "password": PASSWORD})
    answer = Client().get(f"/setup/{token}/")
    assert answer.status_code == 404
    assert "used already" in answer.content.decode()


def test_a_wrong_link_is_no_page(client: Client) -> None:
    opened()
    assert client.get("/setup/guess/").status_code == 404
    assert client.post("/setup/guess/", {"username": "eve", "password": PASSWORD}).status_code == 404
    assert not User.objects.exists()


def test_a_newer_link_closes_the_older(client: Client) -> None:
    old, new = opened(), opened()
    assert client.get(f"/setup/{old}/").status_code == 404
    assert client.get(f"/setup/{new}/").status_code == 200


def test_only_the_digest_of_a_link_is_stored() -> None:
    token = opened()
    assert token not in str(list(SetupLink.objects.values()))


def test_a_weak_password_is_told_beside_the_field_and_the_link_stays(client: Client) -> None:
    token = opened()
    answer = client.post(f"/setup/{token}/", {"username": "mira", "password": "short"})
    assert answer.status_code == 422
    assert "too short" in answer.content.decode()
    assert 'value="mira"' in answer.content.decode()
    assert client.get(f"/setup/{token}/").status_code == 200


def test_a_bad_name_is_told(client: Client) -> None:
    answer = client.post(f"/setup/{opened()}/", {"username": "mi ra!", "password": PASSWORD})
    assert answer.status_code == 422
    assert "valid username" in answer.content.decode()


def test_there_is_no_link_once_a_human_admin_exists() -> None:
    admin()
    assert services.open_link() is None


def test_the_local_owner_is_no_human_admin(own_home: Path) -> None:
    services.local_owner_token(own_home)
    assert services.open_link() is not None


def test_the_owners_token_is_private_and_works(own_home: Path) -> None:
    services.local_owner_token(own_home)
    file = own_home / "cli-token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().startswith("mxx_")


def test_a_working_token_is_left_alone_and_a_stale_one_replaced(own_home: Path) -> None:
    services.local_owner_token(own_home)
    first = (own_home / "cli-token").read_text()
    services.local_owner_token(own_home)
    assert (own_home / "cli-token").read_text() == first
    Token.objects.all().delete()
    services.local_owner_token(own_home)
    assert (own_home / "cli-token").read_text() != first
    assert Token.objects.count() == 1


def test_another_home_on_the_same_database_leaves_this_ones_token_alone(
    own_home: Path, tmp_path: Path
) -> None:
    services.local_owner_token(own_home)
    (other := tmp_path / "other").mkdir()
    services.local_owner_token(other)
    mine = (own_home / "cli-token").read_text()
    services.local_owner_token(own_home)
    assert (own_home / "cli-token").read_text() == mine
    assert Token.objects.count() == 2
