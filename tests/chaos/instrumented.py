"""MXX with pause points, or with one of its fences taken out: `python -m tests.chaos.instrumented COMMAND`.

The product knows nothing of this: here its functions are wrapped in the process that is about to run it. A process that
reaches one of the points named by CHAOS_POINT says so in CHAOS_AT and stands there until it is killed, or told to go on.
CHAOS_BREAK takes out a fence, to see that the audit notices.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

CUSTODY = ("plugins.custody.zygote", "plugins.custody.keeper")
POINTS: dict[str, tuple[str, str, str]] = {
    "before_rows": ("jobs.scheduling.executor", "RunExecutor.flush", "before"),
    "after_rows": ("jobs.scheduling.executor", "RunExecutor.flush", "after"),
    "after_advance": ("jobs.scheduling.store", "ScheduleJobStore.flush", "after"),
    "before_claim": ("jobs.execution.local", "claim", "before"),
    "after_claim": ("jobs.execution.local", "claim", "after"),
    "before_go": ("jobs.execution.keepers", "ZygoteKeepers.start", "before"),
    "after_go": ("jobs.execution.keepers", "ZygoteKeepers.start", "after"),
    "before_marker": ("plugins.custody.keeping", "Keeper._take_marker", "before"),
    "after_marker": ("plugins.custody.keeping", "Keeper._take_marker", "after"),
    "before_result": ("plugins.custody.reserve", "Reserve.write", "before"),
    "after_result": ("plugins.custody.reserve", "Reserve.write", "after"),
    "before_end": ("jobs.execution.finishing", "_record", "before"),
    "in_end": ("jobs.execution.finishing", "_record", "after"),
    "after_end": ("jobs.execution.finishing", "tidy", "before"),
    "in_manual": ("jobs.services.runs", "announce", "before"),
}
"""Name -> module, function, and on which side of it."""


def main(command: str) -> None:
    _through_here()
    if command in CUSTODY:
        _instrument("plugins.", {"marker": _break_marker})
        _wrap(
            "plugins.custody.rehearsal", "rehearse_keeper", lambda _: lambda said: {}
        )  # a play reaches no point
        import_module(command).main()
        return
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mxxsite.settings")
    import django
    from django.core.management import call_command

    django.setup()
    _instrument("jobs.", {"marker": _break_marker, "lease": _break_lease})
    if command == "prepare":
        _prepare()
    else:
        call_command(command)


def _instrument(room: str, breaks: dict[str, Callable[[], None]]) -> None:
    for point in os.environ.get("CHAOS_POINT", "").split():
        if POINTS[point][0].startswith(room):
            _stand_at(point)
    breaks.get(os.environ.get("CHAOS_BREAK", ""), lambda: None)()


def _prepare() -> None:
    """What `up` does before it serves; the jobs are written in between, so that a slow migration costs no moment."""
    from jobs.management.firststart import open_home, prepare

    open_home()
    sys.stdout.write("migrated\n")
    sys.stdout.flush()
    sys.stdin.readline()
    prepare()
    if os.environ.get("CHAOS_BREAK") == "unique":
        _drop_the_constraint()


# ---- pause points


def _stand_at(name: str) -> None:
    module, path, side = POINTS[name]
    _wrap(module, path, lambda function: _pausing(function, name, side))


def _pausing(function: Callable[..., Any], name: str, side: str) -> Callable[..., Any]:
    @wraps(function)
    def paused(*args: Any, **options: Any) -> Any:
        if side == "before":
            _stand(name)
        answer = function(*args, **options)
        if side == "after":
            _stand(name)
        return answer

    return paused


def _stand(name: str) -> None:
    """The first process that comes here stands; the others pass."""
    place = f"{os.environ['CHAOS_AT']}/{name}"
    try:
        announced = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return
    os.write(announced, f"{os.getpid()}\n".encode())
    os.close(announced)
    while not os.path.exists(f"{place}.go"):
        time.sleep(0.05)


# ---- fences taken out


def _break_marker() -> None:
    """Whoever comes second starts as well."""

    def take_marker(self: Any, owner: dict[str, Any], name: str = "started") -> bool:
        self.make()
        with open(self.file(name), "ab") as file:
            from plugins.custody.lines import encoded

            file.write(encoded(owner) + b"\n")
        return True

    _wrap("plugins.custody.rundir", "RunDir.take_marker", lambda _: take_marker)


def _break_lease() -> None:
    """Everybody leads."""

    def hold(self: Any) -> None:
        self.epoch, self._renewed = 1, time.monotonic()

    _wrap("jobs.scheduling.lease", "LeaseHolder.hold", lambda _: hold)


def _drop_the_constraint() -> None:
    from django.db import connection

    from jobs.models import Run

    [unique] = [one for one in Run._meta.constraints if one.name == "one_run_a_due_moment"]
    Run._meta.constraints = [
        one for one in Run._meta.constraints if one is not unique
    ]  # SQLite makes the table anew, with what the model says
    with connection.schema_editor() as editor:
        editor.remove_constraint(Run, unique)


# ---- how


def _wrap(module: str, path: str, wrapper: Callable[[Any], Any]) -> None:
    owner: Any = import_module(module)
    *outer, name = path.split(".")
    for step in outer:
        owner = getattr(owner, step)
    setattr(owner, name, wrapper(getattr(owner, name)))


def _through_here() -> None:
    """Zygotes and keepers that this process starts are instrumented too."""
    import subprocess

    start = subprocess.Popen

    class Popen(start):  # type: ignore[misc, valid-type]
        def __init__(self, words: Any, *args: Any, **options: Any) -> None:
            if isinstance(words, list) and words[1:2] == ["-m"] and words[2] in CUSTODY:
                words = [words[0], "-m", "tests.chaos.instrumented", words[2]]
            super().__init__(words, *args, **options)

    subprocess.Popen = Popen  # type: ignore[assignment, misc]


if __name__ == "__main__":
    main(sys.argv[1])
