"""What a run launched: from its receipt, or from its events while there is no receipt yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs import services
from jobs.web.sentences import said
from jobs.web.words import took


@dataclass(frozen=True)
class Program:
    """started, ended: epoch seconds; ended None while it is alive."""

    name: str
    pid: int | None
    started: float | None
    ended: float | None
    exit_code: int | None
    signal: int | None
    how: str

    @property
    def alive(self) -> bool:
        return self.ended is None and not self.how

    @property
    def broke(self) -> bool:
        return bool(self.exit_code) and self.how.startswith("ended by itself")

    @property
    def told(self) -> str:
        """How it ended, in a few words."""
        words = [said(self.how) or (_("alive") if self.alive else _("ended"))]
        if self.exit_code is not None and self.signal is None and "code" not in self.how:
            words.append(_("code %(code)d") % {"code": self.exit_code})
        if self.signal is not None and "signal" not in self.how:
            words.append(_("by signal %(signal)d") % {"signal": abs(self.signal)})
        if self.started is not None and self.ended is not None and self.how.startswith("ended by itself"):
            words.append(_("after %(time)s") % {"time": took(self.ended - self.started)})
        return ", ".join(words)


@dataclass(frozen=True)
class Receipt:
    """total: the one sentence; yours: programs of the user that were left alone."""

    total: list[str]
    programs: list[Program]
    yours: list[str]
    checked: float | None
    left: int
    detached: int = 0
    custody: str = ""
    """How well they were kept, and why no better."""


def receipt_of(receipt: dict[str, Any] | None, events: list[dict[str, Any]]) -> Receipt | None:
    """events: flat, what a kind adds beside its name. None when the run launched nothing and no receipt was written."""
    if receipt is None:
        programs = _from_events(events)
        return Receipt(_so_far(programs), programs, [], None, 0) if programs else None
    launches, others = receipt.get("launches") or [], receipt.get("others") or []
    programs = [_program(launch) for launch in (*launches, *others)]
    yours = [f"{one.get('name')}, {one.get('pid')}" for one in receipt.get("strangers") or []]
    left = int(receipt.get("left") or 0)
    return Receipt(
        _total(receipt, programs, left),
        programs,
        yours,
        receipt.get("checked"),
        left,
        int(receipt.get("detached") or 0),
        said(services.custody_in_words(receipt)),
    )


def _program(launch: dict[str, Any]) -> Program:
    argv = launch.get("argv") or []
    name = launch.get("name") or (
        str(argv[0]).replace("\\", "/").rsplit("/", 1)[-1] if argv else _("a program")
    )
    code = launch.get("exit_code")  # the keeper's events tell a signal as a negative code
    return Program(
        name=str(name),
        pid=launch.get("pid"),
        started=launch.get("started"),
        ended=launch.get("ended"),
        exit_code=code if code is not None and code >= 0 else None,
        signal=-code if code is not None and code < 0 else launch.get("signal"),
        how=str(launch.get("how") or ""),
    )


def _from_events(events: list[dict[str, Any]]) -> list[Program]:
    """One launch event a program, known by its pid; an exit event when its main process has ended."""
    launches: dict[Any, dict[str, Any]] = {}
    for event in events:
        pid = event.get("pid")
        if event.get("kind") == "launch":
            launches[pid] = {**event, "name": event.get("message"), "started": event.get("at")}
        elif event.get("kind") == "exit" and pid in launches:
            launches[pid].update(exit_code=event.get("code"), ended=event.get("at"), how="ended by itself")
    return [_program(launch) for launch in launches.values()]


def _so_far(programs: list[Program]) -> list[str]:
    alive = sum(program.alive for program in programs)
    return [_started(len(programs)), _("%(n)d alive") % {"n": alive}]


def _total(receipt: dict[str, Any], programs: list[Program], left: int) -> list[str]:
    started = len(programs) or int(
        receipt.get("started") or 0
    )  # the children that had to be ended count, too
    gone = int(receipt.get("gone", started - left))
    count = int(receipt.get("untouched") or 0)
    words = [_started(started), _("%(n)d gone") % {"n": gone}, _("%(n)d left") % {"n": left}]
    if lasting := int(receipt.get("detached") or 0):
        words.append(_("%(n)d left on purpose") % {"n": lasting})
    if count:
        words.append(ngettext("%(n)d of yours untouched", "%(n)d of yours untouched", count) % {"n": count})
    return words


def _started(count: int) -> str:
    return _("%(n)d started") % {"n": count}


def last_sentence(receipt: Receipt) -> str:
    if receipt.left:
        return _("what is left could not be ended.")
    if receipt.detached:
        return _("nothing else of this run is alive.")
    return _("nothing of this run is alive.")
