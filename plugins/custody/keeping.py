"""Keeping one attempt of one run, from its start marker to its result, whatever else dies.

The keeper takes the marker, becomes the reaper of its tree, forks the runner, starts programs for it, drains their output,
enforces timeout and cancel, and at the end terminates what is left and writes the result.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from plugins.context import LaunchRequest
from plugins.custody.backends.base import Backend, Member
from plugins.custody.events import Events
from plugins.custody.kill import terminate
from plugins.custody.launches import Launches
from plugins.custody.lines import LineFile
from plugins.custody.meter import Meter
from plugins.custody.notices import Notify
from plugins.custody.programs import Programs
from plugins.custody.receipt import in_lines, receipt
from plugins.custody.reserve import Reserve
from plugins.custody.rundir import CLEANUP, STARTED
from plugins.custody.runner import Task
from plugins.custody.runnerhandle import RunnerHandle
from plugins.custody.spec import RunSpec
from plugins.custody.stations import Station
from plugins.custody.stopping import StopCommands
from plugins.custody.verdict import Verdict
from plugins.exits import ended_how
from plugins.lifecycle import Key, traceback_of, words_of
from plugins.output.draining import Output
from plugins.output.masking import Mask
from plugins.output.segments import ERR, OUT, Writer

LOOK = 0.5
"""Seconds between two looks at the stop request; the backend's wake() makes the keeper look at once."""
DRAIN = 0.2
"""Seconds to wait for the rest of the output after the tree is empty: somebody outside may hold the pipe."""
DETACHING = 5.0
"""Seconds to wait for the answer of a detached program's keeper: it is a process that starts cold."""
UNMEASURED = 60.0
"""Seconds until the run is measured again after that went wrong."""


class Keeper:
    def __init__(self, spec: RunSpec, backend: Backend, station: Station, notify: Notify) -> None:
        self.spec, self.backend, self.station, self.notify = spec, backend, station, notify
        self.dir = spec.dir
        self.verdict = Verdict()
        self.began, self.started_at = time.monotonic(), time.time()
        self.acting = self.cleaning = self.finished = self.interrupted = False
        self.cleaned: set[Key] = set()
        """post_action hooks that have begun: a clean-up runner does not repeat them."""
        self.failed_itself = False
        self.kill_names: list[str] = []
        self.state = ""
        """run.state as JSON once the run has changed it."""
        self.next_look = self.began + LOOK
        self.meter = Meter(spec, self.began, self._put)
        self.cleanup_until: float | None = None
        self.mask = Mask(spec.secrets.values())
        self.events = Events(LineFile(self.dir.file("events")), self.mask)
        self.reserve = Reserve(self.dir)
        self.journal = LineFile(self.dir.file(STARTED))
        """What the keeper after us must know, in the lines behind the marker's own."""
        self.output = Output(Writer(self.dir.place, spec.log_limit), self.mask, station)
        self.runner = RunnerHandle(station, self._take, self._line_broken)
        self.programs = Programs(spec, backend, self.journal, self.output, self.mask, station)
        self.launches = Launches(
            spec, backend, self.programs, self.events, self.output, self.runner, station, self.journal
        )

    # ---- the whole way

    def keep(self) -> bool:
        """From marker to result. Returns at once, without any effect, when the attempt was started before.

        True when this process is as it was before: nobody is left, and nothing went wrong in the keeper itself.
        """
        if not self._begin():
            return True
        if self.spec.lost:
            self._continue_a_lost_run()
        try:
            self.backend.enter_keeper(self.spec.mark)
            self.dir.make_work()
            self.station.open(self._woken)
            self._through_the_hooks()
        except Exception as error:  # whatever it is, no program may outlive it
            self._failed_itself(error)
        left = self._end()
        self.notify("ended")
        return not (left or self.failed_itself) and self.backend.childless(self.station.resting)

    def close(self) -> None:
        """Every descriptor of the run."""
        for closing in (self.output, self.journal, self.events):
            closing.close()

    def _begin(self) -> bool:
        """Take the marker, and room for the result. False: started before, or no room. Then nothing has happened; the
        supervisor queues the attempt again."""
        try:
            self.dir.make()
            self.reserve.take()
            if self._take_marker():
                return True
            self.reserve.give_back()
        except OSError as error:
            sys.stderr.write(f"mxx: run {self.spec.run} is not started: {self.dir.place}: {error.strerror}\n")
        return False

    def _take_marker(self) -> bool:
        owner = {**self.backend.myself().told(), "boot": self.backend.boot(), "mark": self.spec.mark}
        owner["group"] = self.backend.group
        name = CLEANUP if self.spec.lost else STARTED
        return self.dir.take_marker({**owner, "at": self.started_at, "grace": self.spec.grace}, name)

    def _continue_a_lost_run(self) -> None:
        """Its keeper died: only the post_actions that had not begun are left to do, whatever else happened."""
        self.verdict.settle("lost", self.spec.lost)
        self.acting, self.cleaned = True, self.dir.owed() or set()
        self.started_at = (self.dir.started() or {}).get("at", self.started_at)

    def _through_the_hooks(self) -> None:
        if not self.spec.lost and (request := self.dir.stop_request()):
            self.verdict.settle(request["status"], request["reason"])
            return
        if not self.spec.lost:
            self._start_runner(Task(self.began))
            self.notify("started")
            self._until_runner_is_gone()
        while self.acting and not self.finished:  # it died before its post_actions were done
            begun = len(self.cleaned)
            stopping = self.verdict.status if self.interrupted else ""
            self._start_runner(Task(self.began, sorted(self.cleaned), stopping))
            self._until_runner_is_gone()
            if len(self.cleaned) == begun:
                return  # it does not even get to a post_action

    def _until_runner_is_gone(self) -> None:
        while self.runner.pid:
            self._turn(self._patience())
            self._watch_the_clock()

    def _failed_itself(self, error: Exception) -> None:
        self.failed_itself = True
        self.verdict.settle("failed", f"the keeper failed: {words_of(error)}")
        self.output.write(ERR, traceback_of(error))
        self.runner.kill()
        self.runner.pid = 0  # _end() reaps it like everybody else

    # ---- the end

    def _end(self) -> bool:
        """Nothing of the run outlives this; output of the tree is drained before the result is written.

        True when somebody could not be ended.
        """
        self.launches.give_up_claims("the run is over", self._members)
        self._hear_of_the_detached()
        ending = terminate(
            self.backend,
            self._members,
            grace=self._after_stop_commands(),
            pause=self._turn,
            proof=self.launches.empty,
        )
        if not ending.left:
            self.programs.all_gone()
        named = self._end_by_name() if self.kill_names else []
        self._drain()
        self.meter.keep()
        if self.output.lost:
            self.events.add(
                "disk", message=f"the disk was full: {self.output.lost} bytes of the log are missing"
            )
        events = self.events.untold()
        if self.events.lost:
            self.output.say(f"{self.events.lost} events could not be written")
        found = receipt(self.programs.all, ending, named, self.backend)
        for line in in_lines(found):
            self.output.say(line)
        self.output.close()
        self.verdict.settle("succeeded", "", self.programs.last_code())
        result = {**self.verdict.result(self.started_at, found, self.mask), "events": events}
        self.reserve.write({**result, "state": self.state} if self.state else result)
        return bool(ending.left)

    def _after_stop_commands(self) -> float:
        """Seconds of the grace that are left."""
        if not self.programs.can_be_stopped:
            return self.spec.grace
        return StopCommands(self.programs, self.output, self._members).run(self.spec.grace, self._turn)

    def _hear_of_the_detached(self) -> None:
        """So that the receipt tells of one that was just being started."""
        until = time.monotonic() + DETACHING
        while self.launches.detaching.unanswered and time.monotonic() < until:
            self._turn(0.02)

    def _end_by_name(self) -> list[str]:
        from plugins.custody import byname  # psutil costs a lean keeper 10 ms; few runs ask for it

        return byname.end_all(self.kill_names, self.spec.grace)

    def _drain(self) -> None:
        """To the end of the output, or as long as somebody outside the run may hold a pipe."""
        until = time.monotonic() + DRAIN
        while self.output.draining and time.monotonic() < until:
            self._turn(0.02)
        self.output.hang_up()

    def _put(self, name: str, content: dict[str, Any]) -> bool:
        """Write a file of the run. A full disk costs the file, not the run."""
        try:
            self.dir.write(name, content)
        except OSError as error:
            self.output.say(f"cannot write {name}: {error.strerror}")
            return False
        return True

    # ---- one turn

    def _turn(self, seconds: float) -> None:
        """Serve whatever comes within `seconds`: output, messages, signals."""
        self.station.turn(seconds)
        self._reap()

    def _patience(self) -> float:
        """Seconds until the next thing that must not be late."""
        moments = [self.next_look, self.runner.deaf_at, self.cleanup_until, self.launches.look_at]
        moments += [self.output.settle_at, self.meter.look_at, self.launches.claims.look_at]
        if self.spec.timeout is not None and self._may_interrupt():
            moments.append(self.began + self.spec.timeout)
        return min(moment for moment in moments if moment is not None) - time.monotonic()

    def _watch_the_clock(self) -> None:
        now = time.monotonic()
        timeout = self.spec.timeout
        if timeout is not None and now >= self.began + timeout:
            self._interrupt("timed_out", f"took longer than its timeout of {timeout:.10g} s")
        self.output.settle()
        if now >= self.meter.look_at:
            self._measure()
        if now >= self.next_look:
            self._look()
        if self.launches.claims.look_at is not None and now >= self.launches.claims.look_at:
            self.launches.look_for_claims(self._members)
        if self.launches.look_at is not None and now >= self.launches.look_at:
            self.launches.tell_who_is_gone(self._members)
        if self.runner.deaf_at is not None and now >= self.runner.deaf_at:
            self.runner.kill()
        if self.cleanup_until is not None and now >= self.cleanup_until:
            self._cleanup_took_too_long()

    def _measure(self) -> None:
        try:
            over = self.meter.look(self.runner.pid, self.launches.detaching.trees())
        except OSError as error:
            self.output.say(f"cannot measure the run: {error.strerror}")
            self.meter.look_at = time.monotonic() + UNMEASURED
            return
        if over:
            self._interrupt("failed", over)

    def _look(self) -> None:
        self.next_look = time.monotonic() + LOOK
        self.events.flush()
        if self.backend.polls:
            self._members()
        if self._may_interrupt() and (request := self.dir.stop_request()):
            self._interrupt(request["status"], request["reason"])

    def _woken(self) -> None:
        self.next_look = 0.0

    # ---- the runner

    def _start_runner(self, task: Task) -> None:
        self.cleaning = task.done is not None
        if self.cleaning:
            self._start_cleanup_budget()
        self.runner.start(self.spec, self.backend, task, self._watch_runner)

    def _watch_runner(self, output: int, errors: int) -> None:
        self.output.watch(output, OUT, 0)
        self.output.watch(errors, ERR, 0)

    def _may_interrupt(self) -> bool:
        return not (self.interrupted or self.cleaning)

    def _interrupt(self, status: str, reason: str) -> None:
        if self._may_interrupt():
            self.interrupted = True
            self.verdict.settle(status, reason)
            self.output.say(reason)
            self.launches.give_up_claims("the run is being stopped", self._members)
            self.runner.stop(status)

    def _start_cleanup_budget(self) -> None:
        """One for all clean-up runners together."""
        if self.cleanup_until is None:
            self.cleanup_until = time.monotonic() + self.spec.cleanup

    def _cleanup_took_too_long(self) -> None:
        self.cleanup_until = None
        reason = f"post_action took longer than {self.spec.cleanup:.10g} s{self.runner.where(', in')}"
        self.verdict.settle("failed", reason)
        self.finished = True  # the budget is spent: no clean-up runner
        self.runner.kill()

    def _runner_died(self, code: int) -> None:
        self.runner.bury()
        if self.runner.died_at_rest:
            self._start_runner(Task(self.began))
            return
        self.launches.give_up_claims("its runner is gone", self._members)
        if not self.finished:
            self.verdict.settle("failed", f"the runner {ended_how(code)}{self.runner.where(' in')}")

    def _line_broken(self, error: Exception) -> None:
        self.output.say(f"the runner said what no runner says: {words_of(error)}")
        self.verdict.settle("failed", "plugin code broke the line between the runner and its keeper")
        self.runner.kill()

    # ---- what the runner says

    def _take(self, message: dict[str, Any]) -> None:
        getattr(self, f"_on_{message.pop('kind')}")(**message)

    def _on_ready(self) -> None:
        self.runner.is_ready()

    def _on_acting(self) -> None:
        self.acting = True
        self.journal.append({"acting": True})

    def _on_begin(self, point: str, plugin: str, method: str) -> None:
        self.runner.hook = f"{point} of {plugin}"
        if point == "post_action":
            self.cleaned.add((point, plugin, method))
            self.journal.append({"begun": [point, plugin, method]})

    def _on_hook(self, point: str, plugin: str, at: float, seconds: float, error: str = "") -> None:
        self.events.add("hook", at=at, plugin=plugin, hook=point, seconds=round(seconds, 6), message=error)

    def _on_cleanup(self) -> None:
        self.cleaning = True
        self.runner.deaf_at = None
        self._start_cleanup_budget()

    def _on_launch(self, request: int, order: dict[str, Any], holds: bool) -> None:
        may = self.runner.pid and (self.cleaning or self._may_interrupt())
        self.launches.take(request, LaunchRequest(**order), holds, "" if may else "the run is being stopped")

    def _on_state(self, vars: dict[str, Any], kill_names: list[str]) -> None:  # noqa: A002 - the run's word for it
        self.kill_names += [name for name in kill_names if name not in self.kill_names]
        self._put("vars", vars)

    def _on_keep(self, text: str) -> None:
        """What the job's next run shall find as its state."""
        self.state = text
        self._put("state", {"text": text})

    def _on_progress(self, fraction: float, text: str) -> None:
        self._put("progress", {"fraction": fraction, "text": self.mask.text(text)})

    def _on_log(self, text: str) -> None:
        self.output.say(text)

    def _on_outcome(self, status: str, reason: str, exit_code: int | None, error: str) -> None:
        """At once, not at the end: a cancel that comes after a failure is not its cause."""
        self.verdict.settle(status, reason, exit_code, error)
        self.output.write(ERR, error)

    def _on_done(self, status: str) -> None:
        self.finished = True
        self.cleanup_until = None
        self.runner.must_let_go()
        if status == "interrupted":  # by whom, if not by us?
            self.verdict.settle("failed", "interrupted by a signal from outside")

    # ---- the dead

    def _reap(self) -> None:
        for pid, code in self.station.exits():
            self._buried(pid, code)

    def _buried(self, pid: int, code: int) -> None:
        if pid == self.runner.pid:
            self._runner_died(code)
            return
        self.launches.buried(pid, code)

    def _members(self) -> list[Member]:
        self._reap()
        return self.launches.members(self.station.session)
