"""The inspector: imports one plugin source and tells what it holds. `python -m plugins.inspector SOURCE`.

A child of `plugins.inspection`: it writes "ready", then its findings as one line of JSON, on what was its stdout.
"""

from __future__ import annotations

import faulthandler
import io
import json
import os
import signal
import sys
from dataclasses import asdict
from typing import Any, NoReturn

from plugins import compat, loading, registry
from plugins.base import Plugin
from plugins.inspection import READY, Findings, told
from plugins.mishaps import AT_IMPORT, mishap
from plugins.rules import WrongPlugin, name_of


class _Stdout(io.TextIOWrapper):
    """Where the plugin prints to; remembers who printed first."""

    first: tuple[str, int | None] | None = None

    def write(self, text: str, /) -> int:
        if self.first is None and text.strip():
            self.first = (text.strip()[:60], _line_in(sys.argv[1]))
        return super().write(text)


class _Stdin(io.TextIOBase):
    """Nobody is there to answer."""

    def readline(self, *_: Any) -> NoReturn:
        raise EOFError

    read = readline


def _line_in(file: str) -> int | None:
    frame = sys._getframe(1)
    while frame.f_back is not None:
        if frame.f_code.co_filename == file:
            return frame.f_lineno
        frame = frame.f_back
    return None


def main(source: str) -> None:
    registry.warm_up()  # before "ready": what it costs is not the plugin's doing
    us, line = os.getpid(), _take_fds()
    line.write(READY)
    found = findings_of(source)
    if os.getpid() == us:  # a plugin may have forked
        line.write(json.dumps(asdict(found)).encode() + b"\n")
    os._exit(0)  # whatever threads and exit handlers it left


def _take_fds() -> io.FileIO:
    """Our own way out, away from the plugin's prints, which go where errors go."""
    line = io.FileIO(os.dup(1), "w")
    os.dup2(2, 1)
    sys.stdin = _Stdin()
    noise = io.FileIO(1, "w", closefd=False)
    sys.stdout = _Stdout(io.BufferedWriter(noise), encoding="utf-8", errors="replace", line_buffering=True)
    faulthandler.enable(line)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGTERM, line, all_threads=False)
    return line


def findings_of(source: str) -> Findings:
    """Import a source here and now and look at each of its classes."""
    try:
        classes = loading.classes_in(source)
        if not classes:
            raise _nothing(source)
    except WrongPlugin as wrong:
        return Findings.of(wrong)
    if whole := [*loading.twins(classes), *_printed(classes, source)]:
        return Findings(wrongs=[told(_in_file(one, source)) for one in whole])
    return _looked_at(classes, source)


def _looked_at(classes: tuple[type[Plugin], ...], source: str) -> Findings:
    found = Findings()
    for cls in classes:
        try:
            flaws = [_in_file(flaw, source) for flaw in registry.flaws(cls)]
            if not flaws:
                found.plugins.append(registry.describe(cls, source).as_dict())
        except Exception as error:  # a class can be stranger than we think
            flaws = [mishap(error, source)]
        found.wrongs.extend(told(flaw, str(name_of(cls))) for flaw in flaws)
    return found


def _in_file(wrong: WrongPlugin, source: str) -> WrongPlugin:
    wrong.file = wrong.file or source
    return wrong


def _nothing(source: str) -> WrongPlugin:
    message = "it defines no plugin class: derive one from Plugin (or the prototype's MxxPlugin)."
    return WrongPlugin(message, code="no_class", file=source, line=1, example="class Backup(Plugin):")


def _printed(classes: tuple[type[Plugin], ...], source: str) -> list[WrongPlugin]:
    """Prints of a prototype's file are let through: they did no harm there."""
    first = getattr(sys.stdout, "first", None)
    if first is None or any(issubclass(cls, compat.MxxPlugin) for cls in classes):
        return []
    message = f"it prints {first[0]!r} while it is imported: {AT_IMPORT}, or to run.log."
    return [WrongPlugin(message, code="prints", line=first[1], example='run.log.info("hello")')]


if __name__ == "__main__":
    main(sys.argv[1])
