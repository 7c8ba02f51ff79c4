"""LDPlayer's emulators through the `ldpx` command, as ldpx 0.3.0 behaves.

`ldpx console list2` prints one Python dict a line, made of the columns of LDPlayer's own `ldconsole list2`: index,
title, top window handle, bind window handle, android started, pid, pid of the virtual machine (LDPlayer 9 adds width,
height and dpi). Of an emulator that is off only index and title mean anything; both pids are -1 then. "Android
started" is what counts as booted: window and pid, and with them `isrunning`, are there long before.
`launch`, `quit` and `runapp` hand the wish to ldconsole, detached, and say nothing of what became of it: they exit
with 0 for an unknown emulator, too. A `list2` that takes ldpx more than 5 s ends in a traceback: an answer is lost.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass

from plugins.exceptions import MxxError

HOW_TO_GET = (
    "the command ldpx is not installed: it comes with MXX's extra `ldplayer`"
    ' (pip install "ldpx[click]", Python 3.12 or newer); then run `ldpx discover` once'
)
ROW = re.compile(r"(?P<index>\d+),(?P<name>.*?)(?P<rest>(?:,-?\d+){5}|(?:,-?\d+){8})")
ASK_AT_MOST = 15.0
"""Seconds that one call of ldpx may take."""


class NoLdpx(MxxError):
    __doc__ = HOW_TO_GET


class LdpxFailed(MxxError):
    """ldpx refused what it was asked."""


@dataclass(frozen=True)
class Emulator:
    """One row of list2."""

    index: int
    name: str
    booted: bool
    pid: int

    @property
    def on(self) -> bool:
        """Its program runs, booted or not yet."""
        return self.booted or self.pid > 0

    def __str__(self) -> str:
        return f"{self.index} ({self.name})"


def listed_emulators() -> list[Emulator] | None:
    """Every emulator of this machine; None when the answer was lost: that says nothing about any of them.

    Raises NoLdpx.
    """
    code, text = _ask(["list2"])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [_read(line) for line in lines]
    if code or not found or None in found:
        return None
    return [emulator for emulator in found if emulator]


def tell(command: str, target: Iterable[str], *options: str) -> None:
    """`launch`, `quit` or `runapp`. Raises NoLdpx, LdpxFailed."""
    code, text = _ask([command, *target, *options])
    if code:
        last = next(
            (line.strip() for line in reversed(text.splitlines()) if line.strip()), "it does not say why"
        )
        raise LdpxFailed(f"ldpx console {command} ended with code {code}: {last}")


def _ask(words: list[str]) -> tuple[int, str]:
    """Exit code and output of `ldpx console WORDS`; -1 when it took too long.

    Into a file, not a pipe: an emulator that inherits it must not keep us waiting.
    """
    import subprocess  # only a run that asks for it pays for the import

    with tempfile.TemporaryFile() as output:
        done = subprocess.Popen(
            [_ldpx(), "console", *words], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            code = done.wait(ASK_AT_MOST)
        except subprocess.TimeoutExpired:
            code = -1
        finally:  # also when the run is being stopped
            if done.poll() is None:
                done.kill()
                done.wait()
        output.seek(0)
        return code, output.read().decode(errors="replace")


def _ldpx() -> str:
    """Also beside our own interpreter: a virtual environment need not stand on PATH."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), os.path.dirname(sys.executable)])
    found = shutil.which("ldpx", path=places)
    if found is None:
        raise NoLdpx()
    return found


def _read(line: str) -> Emulator | None:
    """One line of list2, as ldpx or as ldconsole prints it; None when it is neither."""
    if line.startswith("{"):
        return _read_dict(line)
    match = ROW.fullmatch(line)
    if match is None:
        return None
    numbers = [int(number) for number in match["rest"].split(",")[1:]]
    return Emulator(int(match["index"]), match["name"], numbers[2] == 1, numbers[3])


def _read_dict(line: str) -> Emulator | None:
    try:
        row = ast.literal_eval(line)
        return Emulator(
            int(row["id"]), str(row["name"]), int(row["android_started_int"]) == 1, int(row["pid"])
        )
    except (ValueError, SyntaxError, KeyError, TypeError):
        return None
