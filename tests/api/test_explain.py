from __future__ import annotations

import pytest

from jobs.models import Run
from tests.api.kit import HELLO, Api, make_job

pytestmark = pytest.mark.django_db

TOML = '[os]\ncmd = "true"\n[lifetime]\nlifetime = 1\n[[app]]\npath = "/usr/bin"\ntargetExe = "true"\n'


def test_explain_tells_the_order_of_hooks_and_runs_nothing(api: Api) -> None:
    api.post("jobs/", {"name": "x", "toml": TOML})
    told = api.get("jobs/x/explain/").json()
    assert [(hook["point"], hook["plugin"]) for hook in told["hooks"]] == [
        ("action", "os"),
        ("action", "app"),
        ("on_true", "lifetime"),
        ("post_action", "lifetime"),
    ]
    assert not Run.objects.exists()


def test_explaining_an_unknown_job_is_a_404(api: Api) -> None:
    assert api.get("jobs/nobody/explain/").status_code == 404


def test_the_next_moments_of_one_job(api: Api) -> None:
    often = '[schedule]\ntrigger = "interval"\nseconds = 5\n'
    make_job(toml=HELLO + often)
    make_job("other", toml=HELLO + often)
    found = api.get("jobs/hello/next/?count=3").json()["results"]
    assert [moment["job"] for moment in found] == ["hello"] * 3
    api.post("jobs/hello/pause/")
    assert api.get("jobs/hello/next/").json()["results"] == []
