"""Whether others can come in: from what the environment says, before anything is served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TELL = "from django.conf import settings as s; print(s.MXX_REACHABLE, s.ALLOWED_HOSTS[3:])"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "False []"),
        ({"MXX_BIND": "[::1]:9000", "MXX_ALLOWED_HOSTS": "127.0.0.2"}, "False ['127.0.0.2', '[::1]']"),
        ({"MXX_BIND": "192.0.2.7:80"}, "True ['192.0.2.7']"),
        ({"MXX_BIND": "0.0.0.0:80"}, "True []"),
        ({"MXX_ALLOWED_HOSTS": "mxx.example.org"}, "True ['mxx.example.org', '127.0.0.1']"),
    ],
    ids=["as it is", "loopback", "an address", "everywhere", "behind a proxy"],
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
