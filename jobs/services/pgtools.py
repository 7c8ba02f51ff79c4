"""PostgreSQL's own programs, with the connection that MXX uses."""

from __future__ import annotations

import os
import subprocess

from django.db import connection

from plugins.exceptions import MxxError

NAMES = {
    "PGHOST": "HOST",
    "PGPORT": "PORT",
    "PGUSER": "USER",
    "PGPASSWORD": "PASSWORD",
    "PGDATABASE": "NAME",
}


def postgresql(program: str, *words: str) -> None:
    """The password goes by the environment: a command line is everybody's to read. Raises MxxError."""
    facts = connection.settings_dict
    environment = {**os.environ, **{key: str(facts[name]) for key, name in NAMES.items() if facts.get(name)}}
    try:
        done = subprocess.run([program, *words], env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        raise MxxError(f"{program} is not installed here: install PostgreSQL's client programs") from None
    if done.returncode:
        raise MxxError(f"{program} failed: {done.stderr.strip()[:500]}")
