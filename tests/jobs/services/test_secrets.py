"""Secrets are sealed with a key of their own, refused by name where they are missing, and opened for whoever names them."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jobs import services
from jobs.exceptions import Conflict
from jobs.execution.specs import spec_of
from jobs.models import Secret
from jobs.services.vault import Sealed
from plugins.exceptions import BadInput, MxxError
from tests.api.kit import Api, key_of, make_job, only_field, person

pytestmark = pytest.mark.django_db
CANARY = "canary-5f2c-hush"
USER = '[os]\ncmd = "work"\nenv = { KEY = "${secret.key}" }\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.MXX_HOME = tmp_path
    return tmp_path


def put(name: str = "key", value: str = CANARY) -> None:
    services.set_secret(name=name, value=value, by=None)


def test_a_secret_is_sealed_and_its_key_lies_elsewhere_for_the_owner_alone(home: Path) -> None:
    put()
    assert CANARY not in Secret.objects.get().sealed
    assert stat.S_IMODE((home / "secrets.key").stat().st_mode) == 0o600
    assert services.open_secrets(["key"]) == {"key": CANARY}


def test_a_row_in_anothers_place_does_not_open() -> None:
    put()
    put("other", "something else")
    Secret.objects.filter(name="key").update(sealed=Secret.objects.get(name="other").sealed)
    with pytest.raises(Sealed, match="changed in the database"):
        services.open_secrets(["key"])


def test_without_its_key_file_a_secret_is_named_and_not_opened(home: Path) -> None:
    put()
    (home / "secrets.key").unlink()
    with pytest.raises(Sealed, match="set it anew"):
        services.open_secrets(["key"])


def test_sealing_anew_forgets_the_old_key_and_loses_nothing(
    home: Path, django_capture_on_commit_callbacks: Any
) -> None:
    put()
    before, sealed = (home / "secrets.key").read_text(), Secret.objects.get().sealed
    with django_capture_on_commit_callbacks(execute=True):
        assert services.seal_anew() == 1
    assert before not in (home / "secrets.key").read_text()
    assert Secret.objects.get().sealed != sealed
    assert services.open_secrets(["key"]) == {"key": CANARY}


def test_a_rotation_that_was_killed_before_its_commit_loses_nothing(home: Path) -> None:
    put()
    services.seal_anew()  # not committed here: the file holds both keys
    assert len((home / "secrets.key").read_text().split()) == 2
    assert services.open_secrets(["key"]) == {"key": CANARY}


def test_a_job_that_names_a_missing_secret_is_refused_with_the_one_that_is_near() -> None:
    put("backup_password")
    with pytest.raises(BadInput) as caught:
        services.read_draft(text='[os]\ncmd = ["work", "${secret.backup_pasword}"]\n')
    (problem,) = caught.value.problems
    assert (problem.field, problem.line) == ("os.cmd[1]", 2)
    assert "did you mean backup_password?" in problem.message


def test_a_run_is_given_the_secrets_that_its_job_names_and_no_other() -> None:
    put()
    put("other", "something else")
    spec = spec_of(services.trigger_job(job=make_job(toml=USER)))
    assert spec.secrets == {"key": CANARY}
    assert CANARY not in repr(spec)


def test_a_run_whose_secret_was_deleted_fails_before_anything_of_it_runs() -> None:
    put()
    run = services.trigger_job(job=make_job(toml=USER))
    services.delete_secret(secret=Secret.objects.get())
    with pytest.raises(MxxError, match='there is no secret called "key"'):
        spec_of(run)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "1x", "value": CANARY}, "name"),
        ({"name": "a}b", "value": CANARY}, "name"),
        ({"name": "x", "value": "abc"}, "value"),
        ({"name": "x", "value": "a" * 65_537}, "value"),
        ({"name": "x"}, "value"),
    ],
)
def test_what_can_be_no_secret_is_refused_without_repeating_it(body: dict[str, str], field: str) -> None:
    answer = Api(key_of(person("editor"))).post("secrets/", body)
    assert (answer.status_code, only_field(answer)["field"]) == (400, field)
    assert CANARY not in answer.content.decode() and not Secret.objects.exists()


def test_the_api_writes_lists_and_deletes_and_never_tells() -> None:
    api = Api(key_of(person("editor")))
    answers = [
        api.post("secrets/", {"name": "key", "value": CANARY}),
        api.put("secrets/key/", {"value": CANARY + "2"}),
        api.get("secrets/"),
        api.get("secrets/key/"),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 200, 405]
    assert not any(CANARY in answer.content.decode() for answer in answers)
    assert services.open_secrets(["key"]) == {"key": CANARY + "2"}
    assert api.delete("secrets/key/").status_code == 204
    assert api.delete("secrets/key/").status_code == 404


def test_a_name_is_taken_once() -> None:
    put()
    with pytest.raises(Conflict):
        services.set_secret(name="key", value=CANARY, by=None, new=True)


@pytest.mark.parametrize("address", ["/settings/secrets/", "/admin/jobs/secret/add/"])
def test_pages_write_a_secret_and_never_show_it(address: str) -> None:
    client = Client()
    client.force_login(person("admin"))
    assert client.post(address, {"name": "key", "value": CANARY}).status_code == 302
    assert services.open_secrets(["key"]) == {"key": CANARY}
    refused = client.post(address, {"name": "1", "value": CANARY})
    shown = [refused, client.get(address), client.get("/admin/jobs/secret/")]
    assert not any(CANARY in answer.content.decode() for answer in shown)
