"""A crontab's lines as jobs that do what cron did with them."""

from __future__ import annotations

import getpass
import subprocess
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.models import AuditEntry, Job
from jobs.services.crontab import with_input

pytestmark = pytest.mark.django_db


def only(text: str, **options: Any) -> Job:
    done = services.import_cron(text, **options)
    assert done.refused == []
    return Job.objects.present().get()


def test_a_line_is_a_paused_job_with_its_comment() -> None:
    job = only("# the nightly backup\n30 4 * * 1-5 /usr/bin/backup.sh --all\n")
    assert (job.name, job.enabled, job.description) == ("cron-backup.sh", False, "the nightly backup")
    assert job.config["os"] == {"cmd": "/usr/bin/backup.sh --all", "shell": True, "cwd": str(Path.home())}
    assert job.config["schedule"] == {"trigger": "cron", "expression": "30 4 * * 1-5"}
    assert AuditEntry.objects.filter(action="import.cron").exists()


@pytest.mark.parametrize("word", ["@daily", "@hourly", "@Weekly", "@monthly", "@yearly", "@midnight"])
def test_words_for_times_are_taken(word: str) -> None:
    assert only(f"{word} true\n").config["schedule"]["trigger"] == "cron"


def test_reboot_is_a_start_of_mxx() -> None:
    assert only("@reboot true\n").config["schedule"] == {"trigger": "startup"}


def test_variables_hold_for_the_lines_below_them() -> None:
    services.import_cron('* * * * * first\nPATH="/opt/bin:/bin"\nMAILTO=me\n* * * * * second\n')
    first, second = Job.objects.order_by("id")
    assert "env" not in first.config
    assert second.config["env"] == {"PATH": "/opt/bin:/bin"}


def test_shell_and_zone_are_those_of_the_crontab() -> None:
    config = only("SHELL=/bin/bash\nCRON_TZ=Asia/Tokyo\n0 4 * * * echo $HOME ${HOME}\n").config
    assert config["os"]["cmd"] == ["/bin/bash", "-c", "echo $HOME $${HOME}"]
    assert config["schedule"]["timezone"] == "Asia/Tokyo"


def test_percent_signs_are_the_input_as_in_cron() -> None:
    command = with_input(r"cat; date +\%Y >&2%one%two")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "one\ntwo\n"
    assert len(done.stderr.strip()) == 4


def test_a_system_crontab_gives_our_own_lines_and_names_the_others() -> None:
    done = services.import_cron(
        f"0 4 * * * {getpass.getuser()} mine\n0 4 * * * nobody-else his\n", system=True
    )
    assert [name for name, _ in done.created] == ["cron-mine"]
    assert "runs as nobody-else" in done.refused[0][1]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("61 * * * * true", "expression"),
        ("* * * *", "needs five fields"),
        ("@often true", "@often is not known"),
        ("0 0 30 2 * true", "schedule"),
    ],
)
def test_a_wrong_line_is_named_and_stops_no_other(line: str, word: str) -> None:
    done = services.import_cron(f"{line}\n0 4 * * * good\n")
    [(number, why)] = done.refused
    assert (number, word in why, len(done.created)) == ("line 1", True, 1), why


def test_a_second_import_changes_nothing() -> None:
    text = "0 4 * * * a\n0 5 * * * a\n"
    services.import_cron(text)
    again = services.import_cron(text)
    assert (again.created, again.kept, again.refused) == ([], ["cron-a", "cron-a-2"], [])


def test_a_dry_run_only_tells() -> None:
    assert services.import_cron("0 4 * * * a\n", dry_run=True).created == [("cron-a", "Every day at 04:00")]
    assert not Job.objects.exists()
