"""What a stranger meets first keeps its promises: set-up, locks, papers."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.services.drafts import read_draft

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PAPERS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
ENVIRONMENT = [
    "MXX_HOME",
    "MXX_BIND",
    "MXX_ALLOWED_HOSTS",
    "MXX_JOBS_DIR",
    "MXX_SLOTS",
    "MXX_TAG_SLOTS",
    "MXX_UMASK",
    "MXX_TIMEZONE",
    "MXX_LOG",
    "DATABASE_URL",
    "MXX_BROKER_URL",
]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def project() -> dict[str, Any]:
    return tomllib.loads(read("pyproject.toml"))


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def pinned(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ \\]+)", lock.read_text(), re.MULTILINE))


def tracked_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            yield name, (ROOT / name).read_text(encoding="utf-8", errors="replace")


def registry_hosts() -> list[str]:
    """Asked of pip, so that no name of theirs has to stand here."""
    ask = "from pip._internal.models.index import PyPI, TestPyPI as T; print(PyPI.netloc, PyPI.file_storage_domain, T.netloc)"
    return subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True
    ).stdout.split()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_pins_and_hashes_and_no_address(lock: Path) -> None:
    lines = [line for line in lock.read_text().splitlines() if not line.lstrip().startswith("#")]
    pin, digest = r"[a-z0-9._-]+==\S+( ; .+)? \\", r"    --hash=sha256:[0-9a-f]{64}( \\)?"
    assert [line for line in lines if not re.fullmatch(f"{pin}|{digest}", line)] == []
    assert "://" not in lock.read_text()


def test_no_tracked_file_names_a_package_registry() -> None:
    hosts = registry_hosts()
    assert len(hosts) >= 3
    assert [name for name, text in tracked_texts() if any(host in text for host in hosts)] == []


def test_no_tracked_file_names_this_machine() -> None:
    assert [name for name, text in tracked_texts() if f"{ROOT}/" in text] == []


def test_the_development_lock_holds_the_runtime_lock_whole() -> None:
    runtime, dev = pinned(ROOT / "requirements/runtime.txt"), pinned(ROOT / "requirements/dev.txt")
    assert runtime.items() <= dev.items()


def test_every_declared_dependency_is_locked() -> None:
    asked = [*project()["project"]["dependencies"], *project()["dependency-groups"]["dev"]]
    names = {re.split(r"[<>=\[;]", line)[0].strip().lower() for line in asked}
    assert names - pinned(ROOT / "requirements/dev.txt").keys() == set()


def test_the_changelog_begins_with_the_version_of_the_project() -> None:
    first = next(line for line in read("CHANGELOG.md").splitlines() if line.startswith("#"))
    found = re.search(r"\d+\.\d+\.\d+", first)
    assert found and found[0] == project()["project"]["version"]


@pytest.mark.parametrize("language", ["sh", "powershell"])
def test_the_readme_sets_up_with_two_commands(language: str) -> None:
    (commands,) = blocks(read("README.md"), language)
    assert len(commands.splitlines()) == 2


def test_the_readme_commands_are_make_up_and_make_test() -> None:
    assert blocks(read("README.md"), "sh") == ["make up\nmake test\n"]
    assert {"up:", "test:"} <= {line.split(" ")[0] for line in read("Makefile").splitlines()}


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_every_environment_variable_is_explained(name: str) -> None:
    assert f"\n| `{name}` |" in read("docs/configuration.md")


def test_every_variable_that_the_settings_read_is_explained() -> None:
    read_by_code = set(re.findall(r"\"(MXX_[A-Z_]+|DATABASE_URL)\"", read("mxxsite/settings.py")))
    assert read_by_code <= set(ENVIRONMENT)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
@pytest.mark.django_db
def test_a_job_in_the_papers_is_a_good_job(paper: Path) -> None:
    for block in blocks(paper.read_text(encoding="utf-8"), "toml"):
        for name in set(re.findall(r"\$\{secret\.(\w+)\}", block)):
            services.set_secret(name=name, value="as good as any", by=None)
        assert read_draft(text=block)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_links_between_the_papers_lead_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", paper.read_text(encoding="utf-8"))
    assert [link for link in links if not (paper.parent / link).exists()] == []
