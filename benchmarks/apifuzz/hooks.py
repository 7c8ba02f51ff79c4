"""What schemathesis loads: how to write names and job files, and no long waits for runs that nobody starts."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import strategies as st

WAITS = ("wait", "follow")
LONGEST_WAIT = 0.2
NAMES = st.sampled_from(["nightly backup", "a", "Ärger 2", "日本語", "x.y-z_1", "हिन्दी"])
JOB_FILES = [
    '[os]\ncmd = "echo hello"\n',
    '[params]\ntarget = "/srv"\n[os]\ncmd = ["echo", "${params.target}"]\n',
    '[os]\ncmd = "true"\n[[schedule]]\ntrigger = "cron"\nhour = 4\n[[schedule]]\ntrigger = "interval"\nhours = 5\n',
    '[job]\noverlap = "queue"\nretries = 2\n[lifetime]\nlifetime = 3\n[[os]]\ncmd = "true"\n[[os]]\ncmd = "false"\n',
]

schemathesis.openapi.format("job-name", NAMES | st.from_regex(r"\A[a-z0-9][a-z0-9 ._-]{0,20}\Z"))
schemathesis.openapi.format("job-file", st.sampled_from(JOB_FILES))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    shorten(case)


def shorten(case: Any) -> None:
    """A wait that is allowed is waited for, shortly; any other stays what it is."""
    query = case.query or {}
    for name in WAITS:
        if LONGEST_WAIT < _seconds(query.get(name)) <= 300:
            query[name] = LONGEST_WAIT


def _seconds(value: Any) -> float:
    """0 for what is no number."""
    try:
        return 0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return 0
