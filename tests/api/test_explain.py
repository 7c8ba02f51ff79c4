from __future__ import annotations

import pytest

from jobs.models import Run
from tests.api.kit import Api

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
