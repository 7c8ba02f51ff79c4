"""Detached programs as others see them, long after their run: which there are, and how one is stopped."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from plugins.custody.backends import Identity, backend
from plugins.custody.detaching import place_of
from plugins.custody.rundir import RunDir
from plugins.custody.sweep import keeper_lives, sweep


@dataclass(frozen=True)
class Outliving:
    """One detached program. started, ended: epoch seconds; how: how it ended, "" while it lives.

    output: the folder with the segments of its log."""

    number: int
    name: str
    argv: list[str]
    pid: int
    started: float
    alive: bool
    ended: float | None
    exit_code: int | None
    how: str
    output: str


def detached_of(run: RunDir) -> list[Outliving]:
    """Of one attempt, in order of their start."""
    try:
        numbers = sorted(int(name) for name in os.listdir(run.file("detached")) if name.isdigit())
    except FileNotFoundError:
        return []
    found = (_read(number, place_of(run, number)) for number in numbers)
    return [one for one in found if one]


def _read(number: int, folder: RunDir) -> Outliving | None:
    """None when it could not be started."""
    program, result = folder.read("program"), folder.read("result")
    if not program:
        return None
    alive = not result and (keeper_lives(folder) or _lives(folder, program))
    return Outliving(
        number=number,
        name=program["name"],
        argv=program["argv"],
        pid=program["pid"],
        started=program["at"],
        alive=alive,
        ended=result.get("at"),
        exit_code=result.get("exit_code"),
        how=str(result.get("how") or ("" if alive else "ended while nobody watched")),
        output=str(folder.log),
    )


def _lives(folder: RunDir, program: dict[str, Any]) -> bool:
    machine = backend()
    same_boot = (folder.started() or {}).get("boot") == machine.boot()
    return same_boot and machine.alive(Identity.of(program))


def stop_detached(run: RunDir, number: int, reason: str) -> None:
    """Its keeper ends it, with everybody it has started. Where that is dead we do, which takes up to the grace."""
    folder = place_of(run, number)
    folder.ask_to_stop(reason)
    if keeper_lives(folder):
        backend().wake(Identity.of(folder.started() or {}))
        return
    told = sweep(folder)
    folder.write(
        "result",
        {"at": told["checked"], "exit_code": None, "how": f"stopped: {reason}", "left": told["left"]},
    )
