"""A secret that a run used, printed, failed and crashed with is nowhere: not on disk, in an answer, a dump, an export, a backup;
in no process but its program."""

from __future__ import annotations

import base64
import re
import resource
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

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
FALLS = """
[[os]]
cmd = 'kill -SEGV $$'
shell = true
check = false
env = { KEY = "${secret.canary}" }
[falls]
key = "${secret.canary}"
"""
PLUGIN = """
import faulthandler, os, signal
from plugins.base import Plugin
from plugins.hooks import hook


class Falls(Plugin):
    name = "falls"

    def __init__(self, key: str) -> None:
        self.key = key

    @hook("action")
    def fall(self, run):
        known = self.key
        assert len(known) > 8
        faulthandler.enable()
        os.kill(os.getpid(), signal.SIGSEGV)
"""
ADDRESSES = ("jobs/", "secrets/", "runs/", "audit/", "schema/", "health/", "plugins/", "schedules/next/")
PASSWORD = "four unrelated words"


@pytest.fixture
def dumping() -> Iterator[None]:
    """Where dumps are allowed as far as this machine does."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


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


def dumpers(mxx: Mxx) -> list[str]:
    """Processes that would leave a core dump."""
    assert mxx.launcher is not None
    found = []
    for pid, words in {mxx.launcher.pid: "launcher", **below(mxx.launcher.pid)}.items():
        limits = Path(f"/proc/{pid}/limits").read_text()
        if not re.search(r"Max core file size +[01] ", limits):
            found.append(words)
    return found


def files_with_it(place: Path) -> list[str]:
    found = []
    for path in place.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            found += [str(path) for text in FORMS if text.encode() in content]
    return found


def pages_of_an_admin(mxx: Mxx, paths: list[str]) -> str:
    """Everything that somebody logged in is shown, who came in by the set-up link."""
    link = re.search(r"http://\S+/setup/\S+", mxx.log.read_text())
    assert link
    with httpx.Client(trust_env=False, headers={"Referer": link[0]}) as http:
        http.get(link[0])
        form = {"username": "alice", "password": PASSWORD, "csrfmiddlewaretoken": http.cookies["csrftoken"]}
        assert http.post(link[0], data=form).status_code == 302
        answers = [http.get(f"http://127.0.0.1:{mxx.port}{path}") for path in paths]
    assert [answer.status_code for answer in answers] == [200] * len(paths), [str(a.url) for a in answers]
    return " ".join(answer.text for answer in answers)


def done(mxx: Mxx, *words: str) -> None:
    command = mxx.command(*words)
    out, err = command.communicate(timeout=60)
    assert command.returncode == 0, err
    assert not any(text in out + err for text in FORMS)


@pytest.mark.usefixtures("dumping")
def test_a_canary_that_a_run_used_is_nowhere(home: Path) -> None:
    (home / "plugins").mkdir(mode=0o700)
    (home / "plugins" / "falls.py").write_text(PLUGIN)
    mxx = Mxx(home).up()
    try:
        assert mxx.ask("PUT", "secrets/canary/", {"value": CANARY})[0] == 200
        mxx.save("prints", PRINTS.format(home=home))
        mxx.save("fails", FAILS)
        mxx.save("falls", FALLS)
        run_id = mxx.trigger("prints")
        until(lambda: (home / "ready").exists(), what="the program prints")
        having = holders(mxx)
        assert having and all(
            "environ of" in words and ("sh" in words or "sleep" in words) for words in having
        )
        assert dumpers(mxx) == []
        (home / "go").touch()
        ends = [mxx.ended(run_id), mxx.ended(mxx.trigger("fails")), mxx.ended(mxx.trigger("falls"), 40)]
        assert [run["status"] for run in ends] == ["succeeded", "failed", "failed"], ends[2]["reason"]
        assert "it is ***" in mxx.ask("GET", f"runs/{run_id}/log/")[1]

        of_runs = [f"runs/{run['id']}/{what}" for run in ends for what in ("", "log/", "events/", "samples/")]
        of_jobs = [f"jobs/prints/{what}" for what in ("", "explain/", "revisions/", "revisions/1/")]
        answers = str([mxx.ask("GET", path) for path in (*ADDRESSES, *of_jobs, *of_runs)])
        pages = [f"/runs/{run['id']}/{what}" for run in ends for what in ("", "log/download/")]
        lists = ["/", "/jobs/", "/jobs/prints/", "/runs/", "/settings/secrets/", "/admin/jobs/auditentry/"]
        admins = [f"/admin/jobs/run/{run_id}/change/", "/admin/jobs/secret/", "/admin/jobs/revision/"]
        answers += pages_of_an_admin(mxx, [*pages, *lists, *admins])
        assert not any(text in answers for text in FORMS)

        done(mxx, "exportjobs", str(home.parent / "export"))
        done(mxx, "backup", str(home.parent / "backup.tar"))
        done(mxx, "doctor", "--json")
        with tarfile.open(home.parent / "backup.tar") as archive:
            assert "secrets.key" not in archive.getnames()
        shutil.copytree(home, home.parent / "while it serves", ignore=shutil.ignore_patterns("wake"))
    finally:
        mxx.stop()
    assert files_with_it(home.parent) == []
    assert [*home.parent.rglob("core*")] == []
