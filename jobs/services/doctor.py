"""What is well here, what is not, and how to mend it. Nothing is changed by looking."""

from __future__ import annotations

import os
import platform
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from jobs.models import Job, SecondFactor, Secret
from jobs.services.custody import custody_here
from jobs.services.databasefile import database_file, is_missing
from jobs.services.drafts import read_draft
from jobs.services.folder import job_files, read_file
from jobs.services.health import health
from jobs.services.plugins import plugin_catalog
from jobs.services.room import little_room
from jobs.services.secretstore import dead_phones, open_secrets
from jobs.services.vault import vault
from jobs.timing import clock
from plugins.exceptions import MxxError

PRIVATE = (
    "db.sqlite3",
    "db.sqlite3-wal",
    "secret.key",
    "secrets.key",
    "cli-token",
    "jobs",
    "plugins",
    "runs",
)
CLOCK_APART = 2.0
"""Seconds by which the database's clock may differ from ours."""


@dataclass(frozen=True)
class Finding:
    """level: "ok", "warning" or "problem". mend: what to do, "" where all is well."""

    topic: str
    level: str
    fact: str
    mend: str = ""


def examine() -> list[Finding]:
    """Every check, also when one before it found something; what needs the database is left out without one."""
    found = [finding for check in ON_DISK for finding in check()]
    database = list(_database())
    found += database
    if all(finding.level != "problem" for finding in database):
        for check in IN_DATABASE:
            found += check()
    return found


def _versions() -> Iterator[Finding]:
    told = f"Python {platform.python_version()}, Django {django.get_version()}, SQLite {sqlite3.sqlite_version}, {sys.platform}"
    yield Finding("versions", "ok", told)


def _permissions() -> Iterator[Finding]:
    home = Path(settings.MXX_HOME)
    loose = [
        path
        for path in (home, *(home / name for name in PRIVATE))
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077 and (path == home or path.is_file())
    ]
    for path in loose:
        mode = "700" if path.is_dir() else "600"
        yield Finding("permissions", "problem", f"others can use {path}", f"chmod {mode} {path}")
    foreign = [
        path for path in (home, *(home / name for name in PRIVATE)) if path.exists() and not _ours(path)
    ]
    for path in foreign:
        yield Finding(
            "permissions", "problem", f"{path} is another user's", f"chown it to the user of MXX: {path}"
        )
    if not loose and not foreign:
        yield Finding("permissions", "ok", f"{home} is its owner's alone")


def _ours(path: Path) -> bool:
    return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()


def _disk() -> Iterator[Finding]:
    little = little_room()
    mend = "make room: manage.py pruneruns --older-than 90d"
    yield Finding("disk", "problem", little, mend) if little else Finding("disk", "ok", "there is room")


def _custody() -> Iterator[Finding]:
    told = custody_here()
    level = {"none": "problem", "best_effort": "warning"}.get(told["strength"], "ok")
    yield Finding(
        "custody", level, told["weakness"] or told["strength"], "see docs/custody.md" if level != "ok" else ""
    )


def _plugins() -> Iterator[Finding]:
    catalog = plugin_catalog()
    broken = [plugin for plugin in catalog.values() if plugin.error]
    for plugin in broken:
        error = plugin.error or {}
        yield Finding(
            "plugins",
            "problem",
            f"[{plugin.name}]: {error.get('message')}",
            f"mend or remove {error.get('file')}",
        )
    if not broken:
        yield Finding("plugins", "ok", f"{len(catalog)} plugins can be loaded")


def _job_folder() -> Iterator[Finding]:
    """What the next start would refuse."""
    for path in job_files(Path(settings.MXX_JOBS_DIR)):
        try:
            read_file(path)
        except MxxError as error:
            yield Finding("job files", "problem", f"{path.name}: {error}", f"change {path}")


def _database() -> Iterator[Finding]:
    if is_missing():
        yield Finding(
            "database",
            "problem",
            f"there is no {database_file()}",
            "manage.py up makes it; or put a backup there",
        )
        return
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                damaged = [
                    row[0] for row in cursor.execute("PRAGMA quick_check(3)").fetchall() if row[0] != "ok"
                ]
            for what in damaged:
                yield Finding("database", "problem", what, "put a backup in its place")
    except DatabaseError as error:
        yield Finding(
            "database",
            "problem",
            f"does not answer: {error}".strip(),
            "see DATABASE_URL, and whether it runs",
        )
        return
    if plan:
        yield Finding("database", "problem", f"{len(plan)} migrations are missing", "start manage.py up once")
    else:
        yield Finding("database", "ok", f"{connection.vendor} answers and is up to date")


def _clock() -> Iterator[Finding]:
    if connection.vendor != "postgresql":
        yield Finding("clock", "ok", f"{clock.now():%Y-%m-%d %H:%M:%S} UTC")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - clock.now()).total_seconds())
    level = "problem" if apart > CLOCK_APART else "ok"
    mend = "let both machines keep time by NTP" if apart > CLOCK_APART else ""
    yield Finding("clock", level, f"{apart:.1f} s apart from the database's", mend)


def _server() -> Iterator[Finding]:
    found = health()
    yield (
        Finding("server", "ok", f"serves; {found.running} running, {found.queued} queued")
        if found.ok
        else Finding("server", "warning", found.problem, "manage.py up")
    )
    if found.silent:
        yield Finding("server", "warning", found.silent, "start MXX there again")


def _jobs() -> Iterator[Finding]:
    """What was good when it was saved and is not any more: a plugin is gone, a secret was deleted."""
    jobs = list(Job.objects.present().select_related("revision"))
    wrong = 0
    for job in jobs:
        try:
            read_draft(text=job.toml)
        except MxxError as error:
            wrong += 1
            yield Finding("jobs", "problem", f"{job.name}: {error}", f"change job {job.name}: it would fail")
    if not wrong:
        yield Finding("jobs", "ok", f"{len(jobs)} jobs can run as they are")


def _secrets() -> Iterator[Finding]:
    names = list(Secret.objects.values_list("name", flat=True))
    try:
        open_secrets(names)
    except MxxError as error:
        yield Finding(
            "secrets", "problem", str(error), "put the right secrets.key back, or set the secret anew"
        )
    else:
        yield Finding("secrets", "ok", f"{len(names)} can be opened")


def _phones() -> Iterator[Finding]:
    if not SecondFactor.objects.exclude(sealed="").exists():
        return
    for name in dead_phones(vault()):
        fact = f"no key here opens the second factor of {name}"
        yield Finding(
            "phones", "problem", fact, f"put the right secrets.key back, or manage.py resetfactor {name}"
        )


Check = Callable[[], Iterator[Finding]]
ON_DISK: list[Check] = [_versions, _permissions, _disk, _custody, _plugins, _job_folder]
IN_DATABASE: list[Check] = [_clock, _server, _jobs, _secrets, _phones]
