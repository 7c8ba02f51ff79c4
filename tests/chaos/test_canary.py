"""A secret that a run used, printed and failed with is nowhere: not on disk, not in an answer, in no process but its program."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from urllib.parse import quote

from tests.chaos.mxx import Mxx, below, until

CANARY = "kanarienvogel/7 +hush&49"
FORMS = (CANARY, quote(CANARY), base64.b64encode(CANARY.encode()).decode())
PRINTS = """
[[os]]
cmd = 'echo "it is $KEY"; echo "$KEY" | base64 >&2; env; touch ready; while [ ! -e go ]; do sleep 0.05; done'
shell = true
cwd = "{home}"
env = {{ KEY = "${{secret.canary}}" }}
"""
FAILS = '[os]\ncmd = ["/no/such/program ${secret.canary}"]\nenv = { KEY = "${secret.canary}" }\n'
ADDRESSES = ("jobs/", "secrets/", "runs/", "schema/", "health/", "plugins/")


def holders(mxx: Mxx) -> list[str]:
    """Processes below the launcher that have it on their command line or in their environment."""
    assert mxx.launcher is not None
    found = []
    for pid, words in below(mxx.launcher.pid).items():
        for file in ("cmdline", "environ"):
            try:
                if CANARY.encode() in Path(f"/proc/{pid}/{file}").read_bytes():
                    found.append(f"{file} of {words}")
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def files_with_it(place: Path) -> list[str]:
    found = []
    for path in place.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [str(path) for text in FORMS if text.encode() in content]
    return found


def test_a_canary_that_a_run_used_is_nowhere(mxx: Mxx, home: Path) -> None:
    assert mxx.ask("PUT", "secrets/canary/", {"value": CANARY})[0] == 200
    mxx.save("prints", PRINTS.format(home=home))
    mxx.save("fails", FAILS)
    run_id = mxx.trigger("prints")
    until(lambda: (home / "ready").exists(), what="the program prints")
    having = holders(mxx)
    assert having and all("environ of" in words and ("sh" in words or "sleep" in words) for words in having)
    (home / "go").touch()
    printed, failed = mxx.ended(run_id), mxx.ended(mxx.trigger("fails"))
    assert (printed["status"], failed["status"]) == ("succeeded", "failed")
    log = mxx.ask("GET", f"runs/{run_id}/log/")[1]
    assert "it is ***" in log

    of_runs = [f"runs/{one}/{what}" for one in (run_id, failed["id"]) for what in ("", "log/", "events/")]
    answers = str([mxx.ask("GET", path) for path in (*ADDRESSES, "jobs/prints/", *of_runs)])
    assert not any(text in answers for text in FORMS)
    shutil.copytree(home, home.parent / "while it serves", ignore=shutil.ignore_patterns("wake"))
    mxx.stop()
    assert files_with_it(home.parent) == []
