"""Texts to begin a new job with."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Starter:
    key: str
    title: str | Promise
    blurb: str | Promise
    name: str
    toml: str


HELLO = """\
# Nothing runs before you say so: press Save, then Run now.
[job]
description = "Says hello"

[os]
cmd = ["echo", "hello from MXX"]
"""

HELD = """\
[job]
description = "Starts a program; an hour later everything it started is gone"
timeout = "2h"

[app]
scoop = false
path = "C:/Tools/MyBot"
targetExe = "MyBot.exe"

[lifetime]
lifetime = 3600            # seconds that the program may stay

[schedule]
trigger = "cron"
hour = 4
minute = 30
"""

BACKUP = """\
[job]
description = "Every night, late if the machine slept"
timeout = "4h"
misfire = "latest"         # off or asleep at 02:00: run once when it is back

[os]
cmd = ["tar", "--create", "--gzip", "--file", "/var/backups/documents.tar.gz", "/home/me/documents"]

[schedule]
trigger = "cron"
hour = 2
minute = 0
"""

CHECK = """\
[job]
description = "Fails when the page does not answer"
timeout = "30s"
overlap = "skip"

[os]
cmd = ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://localhost:8080/"]

[schedule]
trigger = "interval"
minutes = 15
"""

STARTERS = [
    Starter(
        "bot",
        _("A program for an hour"),
        _("Start a bot or a tool; an hour later everything it started is gone again."),
        "my-bot",
        HELD,
    ),
    Starter(
        "backup",
        _("A backup every night"),
        _("Run a command at 02:00, late if the machine slept."),
        "nightly-backup",
        BACKUP,
    ),
    Starter(
        "check",
        _("Is it still up?"),
        _("Ask a page every 15 minutes; the run fails when it does not answer."),
        "still-up",
        CHECK,
    ),
    Starter("empty", _("An empty job"), _("Start with nothing but a greeting."), "hello", HELLO),
]


def starter(key: str) -> Starter:
    """The one of this key; the empty job for any other."""
    return next((one for one in STARTERS if one.key == key), STARTERS[-1])
