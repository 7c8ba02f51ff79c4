"""What the runner asks to be started, from the order until its tree is empty."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from plugins.context import LaunchRequest
from plugins.custody.backends.base import Backend, Member
from plugins.custody.claims import Claims
from plugins.custody.detaching import Detaching
from plugins.custody.events import Events
from plugins.custody.lines import LineFile
from plugins.custody.programs import Program, Programs
from plugins.custody.runnerhandle import RunnerHandle
from plugins.custody.spec import RunSpec
from plugins.custody.stations import Station
from plugins.exceptions import CannotLaunch
from plugins.exits import ended_how
from plugins.output.draining import Output

APART = 0.2
"""Seconds between two moments of a program's end that are told as two events."""
TREE_LOOK = 0.1
"""Seconds at least between two looks at the trees of programs whose main process has ended."""
CLAIM_LOOK = 0.5
"""Seconds between two looks whether a claimed program lives."""

Members = Callable[[], list[Member]]
Reply = Callable[..., None]
"""Answers one request of a runner, with these facts."""


class Launches:
    def __init__(
        self,
        spec: RunSpec,
        backend: Backend,
        programs: Programs,
        events: Events,
        output: Output,
        runner: RunnerHandle,
        station: Station,
        ledger: LineFile,
    ) -> None:
        self._spec, self._backend, self._programs = spec, backend, programs
        self._events, self._output, self._runner = events, output, runner
        self._station = station
        self.detaching = Detaching(spec, backend, station)
        self.claims = Claims(spec, backend, ledger)
        self.look_at: float | None = None
        """When to look next whose tree is empty; None while nobody has died."""
        self._looked_at = 0.0
        programs.closed = self._output_closed

    def take(self, request: int, order: LaunchRequest, holds: bool, refusal: str) -> None:
        """Start it, or tell the runner why not."""
        reply = self._reply_to(request)
        try:
            if refusal:
                raise CannotLaunch(f"cannot start {order.argv[0]}: {refusal}")
            if order.detached:
                self._detach(order, reply)
                return
            if order.claim:
                self._claim(order, holds, reply)
                return
            program = self._programs.spawn(order, holds)
        except CannotLaunch as error:
            reply(refused=str(error))
            return
        self._answer(program, reply)

    def _reply_to(self, request: int) -> Reply:
        """For the runner that asked, however late: the one that cleans up after it counts its requests anew."""
        asker = self._runner.pid

        def reply(**facts: Any) -> None:
            if self._runner.pid == asker:
                self._runner.say(kind="answer", request=request, **facts)

        return reply

    def _claim(self, order: LaunchRequest, holds: bool, reply: Reply) -> None:
        """The runner waits until the program that it hands over to is there. Raises CannotLaunch."""

        def done(why_not: str) -> None:
            if why_not:
                reply(refused=f"{program.name}: {why_not}")
                return
            self._answer(program, reply)
            if program.code is not None:  # it was told to nobody yet
                self._runner.say(kind="exited", number=program.number, code=program.code)
            self.look_at = time.monotonic()

        program = self.claims.launch(order, lambda: self._programs.spawn(order, holds), done)

    def _detach(self, order: LaunchRequest, reply: Reply) -> None:
        """The runner waits for its answer: no other launch can come in between."""
        shown = self._programs.shown(order)

        def answered(told: dict[str, Any]) -> None:
            if "refused" in told:
                reply(refused=told["refused"])
            else:
                self._answer(self._programs.let_go(order, shown, told["pid"], told["start"]), reply)

        self.detaching.start(self._programs.next_number(), order, shown, answered)

    def _answer(self, program: Program, reply: Reply) -> None:
        self._tell(program)
        reply(number=program.number, pid=program.identity.pid)

    def _tell(self, program: Program) -> None:
        shown, pid = program.shown, program.identity.pid
        facts = {"argv": shown.argv, "pid": pid, "number": program.number, "label": shown.label}
        self._events.add("launch", message=program.name, data=facts)

    def buried(self, pid: int, code: int) -> None:
        """A child of the keeper was reaped: a main process, or an orphan of one."""
        self.detaching.pids.discard(pid)
        self.look_at = max(time.monotonic(), self._looked_at + TREE_LOOK)
        program = self._programs.exited(pid, code)
        if program is None:
            return
        self._events.add("exit", message=f"{program.name} {ended_how(code)}", data={"pid": pid, "code": code})
        self._runner.say(kind="exited", number=program.number, code=code)
        if program.closed:
            self._tell_apart("closed", "its output was closed", program, program.closed)

    def _output_closed(self, program: Program) -> None:
        """Before its end nobody knows yet whether the end comes at once."""
        if program.ended and program.closed:
            self._tell_apart("closed", "its output was closed", program, program.closed)

    def _tell_apart(self, kind: str, what: str, program: Program, at: float) -> None:
        """That it has exited, that its tree is empty, that its output is closed: three things that mostly are one."""
        if abs(at - (program.ended or at)) > APART:
            facts = {"pid": program.identity.pid, "number": program.number}
            self._events.add(kind, at=at, message=f"{program.name}: {what}", data=facts)

    def tell_who_is_gone(self, members: Members) -> None:
        """Tell the runner which held programs' whole trees are empty. Only a death changes that: the last one of a
        tree has no parent left but us, so it makes us look."""
        self.look_at, self._looked_at = None, time.monotonic()
        ended = [one for one in self._programs.all if one.ended and one.holds and not one.gone]
        if not ended:
            return
        lively = busy(members())
        for program in ended:
            if program.number not in lively and None not in lively and not self.claims.waits(program):
                program.empty = time.time()
                self._tell_apart("empty", "all that it had started has ended", program, program.empty)
                self._runner.say(kind="gone", number=program.number)
        if any(one.claimed and not one.gone for one in ended):  # no child of ours: nobody tells us of its end
            self.look_at = self._looked_at + CLAIM_LOOK

    def look_for_claims(self, members: Members) -> None:
        self.claims.look(members)

    def give_up_claims(self, why: str, members: Members) -> None:
        """After a last look: what has appeared is the run's, even if nobody waits for it any more."""
        if self.claims.look_at is None:
            return
        self.claims.look(members)
        self.claims.give_up(why)

    def empty(self) -> bool:
        """Proof that nobody of the run is alive."""
        return self._backend.childless(self._station.resting) and not self.claims.any_alive()

    def members(self, session: int) -> list[Member]:
        """Everybody of the run who is alive, without its runner. session: the keeper's own."""
        found = self._backend.members(
            self._spec.mark,
            keeper=os.getpid(),
            spare=[pid for pid in (self._runner.pid, self._station.resting) if pid],
            sessions={session: 0, **self._programs.sessions()},
        )
        return [*self.detaching.without_theirs(found), *self.claims.members()]


def busy(members: list[Member]) -> set[int | None]:
    """Numbers of the launches that somebody is left of; None when somebody cannot be told apart."""
    return {member.launch for member in members}
