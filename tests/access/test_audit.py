"""The audit log: who did what from where, for good, and never a secret."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from jobs import services
from jobs.models import AuditEntry, audit_triggers
from jobs.timing import clock
from tests.api.kit import HELLO, Api, key_of, make_job, person

pytestmark = pytest.mark.django_db


def told(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


def test_a_change_says_who_with_which_token_from_where_and_what() -> None:
    Api(key_of(person("editor"))).post("jobs/", {"name": "hello", "toml": HELLO})
    entry = told("job.created")
    assert (entry.target, entry.who, entry.address) == ("hello", "editor", "127.0.0.1")
    assert entry.token.startswith("test (mxx_")


def test_a_change_of_the_text_is_told_line_by_line_from_its_revisions() -> None:
    admin = Api(key_of(person("admin")))
    make_job()
    admin.put("jobs/hello/", {"toml": HELLO.replace("hello", "goodbye")})
    entry = admin.get("audit/?action=job.changed").json()["results"][0]
    assert '-cmd = "echo hello"' in entry["diff"] and '+cmd = "echo goodbye"' in entry["diff"]
    assert "echo" not in str(entry["data"])


@pytest.mark.parametrize(
    ("method", "path", "body", "action"),
    [
        ("POST", "jobs/hello/trigger/", {}, "run.started"),
        ("POST", "jobs/hello/pause/", None, "job.paused"),
        ("POST", "jobs/hello/resume/", None, "job.resumed"),
        ("DELETE", "jobs/hello/", None, "job.deleted"),
        ("PUT", "secrets/key/", {"value": "canary-hush"}, "secret.set"),
    ],
)
def test_each_change_and_start_is_told_once(method: str, path: str, body: Any, action: str) -> None:
    make_job()
    Api(key_of(person("editor"))).ask(method, path, body)
    assert told(action).who == "editor"
    assert "canary" not in str(AuditEntry.objects.values_list())


def test_a_denial_is_told() -> None:
    make_job()
    Api(key_of(person("viewer"))).post("jobs/hello/trigger/")
    entry = told("denied")
    assert (entry.who, entry.target, entry.data) == ("viewer", "/api/jobs/hello/trigger/", {"method": "POST"})


def test_a_change_that_failed_leaves_no_entry() -> None:
    make_job()
    assert Api(key_of(person("editor"))).post("jobs/", {"name": "Hello", "toml": HELLO}).status_code == 409
    assert AuditEntry.objects.filter(action="job.created").count() == 1


def test_only_admins_read_it_and_the_administration_cannot_change_it() -> None:
    make_job()
    assert Api(key_of(person("editor"))).get("audit/").status_code == 403
    client = Client()
    client.force_login(person("admin"))
    address = f"/admin/jobs/auditentry/{told('job.created').pk}/"
    assert "job.created" in client.get("/admin/jobs/auditentry/").content.decode()
    assert client.post(address + "change/", {}).status_code == 403
    assert client.post(address + "delete/", {"post": "yes"}).status_code == 403


def test_the_database_itself_refuses_to_change_or_delete_an_entry() -> None:
    if connection.vendor == "sqlite":  # tests/conftest.py took this one away
        with connection.cursor() as cursor:
            cursor.execute(audit_triggers.SQLITE[1])
    services.record("test")
    for change in (AuditEntry.objects.all().delete, lambda: AuditEntry.objects.update(who="nobody")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    AuditEntry.objects.create(action="old", at=clock.now() - timedelta(days=401))
    assert AuditEntry.objects.filter(action="old").delete()[0] == 1
