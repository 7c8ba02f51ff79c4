"""Whether others can come in: from what the environment says, before anything is served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mxxsite import env

ROOT = Path(__file__).resolve().parents[1]
TELL = "from django.conf import settings as s; print(s.MXX_REACHABLE, s.ALLOWED_HOSTS[3:])"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "False []"),
        ({"MXX_BIND": "[::1]:9000", "MXX_ALLOWED_HOSTS": "127.0.0.2"}, "False ['127.0.0.2', '[::1]']"),
        ({"MXX_ALLOWED_HOSTS": "127.0.0.1.evil.example"}, "True ['127.0.0.1.evil.example', '127.0.0.1']"),
        ({"MXX_BIND": "192.0.2.7:80"}, "True ['192.0.2.7']"),
        ({"MXX_BIND": "0.0.0.0:80"}, "True []"),
        ({"MXX_ALLOWED_HOSTS": "mxx.example.org"}, "True ['mxx.example.org', '127.0.0.1']"),
    ],
    ids=["as it is", "loopback", "a name that begins alike", "an address", "everywhere", "behind a proxy"],
)
def test_a_server_that_others_can_reach_is_known_as_such(
    tmp_path: Path, variables: dict[str, str], told: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MXX_")}
    environment |= {"MXX_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mxxsite.settings", **variables}
    done = subprocess.run(
        [sys.executable, "-c", TELL], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip().replace("['127.0.0.1']", "[]") == told, done.stderr


FORM = """
import django; django.setup()
from django.core.management import call_command; call_command("migrate", verbosity=0)
from django.test import Client
client = Client(enforce_csrf_checks=True, HTTP_HOST="mxx.example.org")
client.get("/login/")
form = {"username": "a", "password": "b", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
for origin in ("https://mxx.example.org", "https://evil.example"):
    print(client.post("/login/", form, headers={"Origin": origin}).status_code)
"""


def test_a_page_that_came_through_a_proxy_with_tls_may_post_and_no_other(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MXX_")}
    environment |= {"MXX_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "mxxsite.settings"}
    environment |= {"MXX_ALLOWED_HOSTS": "mxx.example.org"}
    done = subprocess.run(
        [sys.executable, "-c", FORM], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == ["200", "403"], done.stderr


@pytest.mark.parametrize(
    "bind", ["127.0.0.1", "a b:80", "ü:80", "[::1", ":80", "127.0.0.1:0", "::1:80", "x:70000", "x/y:80"]
)
def test_an_address_that_is_none_stops_the_start_with_an_example(
    monkeypatch: pytest.MonkeyPatch, bind: str
) -> None:
    monkeypatch.setenv("MXX_BIND", bind)
    with pytest.raises(ImproperlyConfigured, match=r"MXX_BIND=.* for example"):
        env.address("MXX_BIND", "")


def test_an_address_is_read_with_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    for bind, read in {
        "[::1]:80": ("::1", 80),
        "0.0.0.0:8765": ("0.0.0.0", 8765),
        "nas:80": ("nas", 80),
    }.items():
        monkeypatch.setenv("MXX_BIND", bind)
        assert env.address("MXX_BIND", "") == read
