#!/usr/bin/env python
"""Django's door to MXX: `python manage.py up`, `runjob`, `runscheduler` and the rest."""

from __future__ import annotations

import os
import sys


def main() -> None:
    users = os.umask(0o077)  # everything MXX writes is its user's own: database, keys, logs
    os.environ.setdefault("MXX_UMASK", f"{users:03o}")  # programs of runs write as the user would
    leave_no_core()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mxxsite.settings")
    if sys.argv[1:2] == ["launch"]:  # what `up` becomes
        from jobs.management import launcher

        sys.exit(launcher.main(int(sys.argv[2])))
    spare_memory()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"mxx: {error}\n")
        sys.exit(2)


def leave_no_core() -> None:
    """A core dump holds whatever the process knew: secrets of runs, keys. Also for what MXX starts, unless that asks for it.

    One byte: Linux then also gives none to a program that collects dumps, for which 0 would be no limit."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        least = 1 if most == resource.RLIM_INFINITY else min(1, most)
        resource.setrlimit(resource.RLIMIT_CORE, (least, most))


def spare_memory() -> None:
    """DRF loads what it finds installed, for parts of it that MXX has not: psycopg for fields that only PostgreSQL has, which
    is 9 MiB in each process on SQLite; pygments for its own pages and, where there are tools for tests, requests: 5 MiB."""
    unused = ["pygments", "requests"] if sys.argv[1:2] in (["runweb"], ["runscheduler"]) else []
    if not os.environ.get("DATABASE_URL"):
        unused.append("psycopg")
    for name in unused:
        sys.modules[name] = None  # type: ignore[assignment]  # an import is told that it is not there


if __name__ == "__main__":
    main()
