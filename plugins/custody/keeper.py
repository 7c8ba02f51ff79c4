"""The keeper: owns one attempt of one run from its start marker to its result, whatever else dies.

It takes the marker, becomes the reaper of its tree, forks the runner, starts programs for it, drains their output,
enforces timeout and cancel, and at the end terminates what is left and writes the result.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from plugins.custody.backends import backend as platform_backend
from plugins.custody.backends.base import Backend, Member
from plugins.custody.channel import Channel
from plugins.custody.events import EventFile
from plugins.custody.kill import Ending, terminate
from plugins.custody.programs import DRAIN, Programs
from plugins.custody.receipt import receipt
from plugins.custody.spec import RunSpec
from plugins.exceptions import CannotLaunch, KeeperGone
from plugins.exits import ended_how
from plugins.output.segments import ERR, OUT, Writer

LOOK = 0.25
"""Seconds between two looks at the stop request and at trees whose main process has ended."""
DEAF_AFTER = 1.0
"""Seconds that an interrupted hook has to let go, before the runner is killed."""

Notify = Callable[[str], None]


@dataclass
class Verdict:
    """Why the run ends as it does. The first cause decides."""

    status: str = ""
    reason: str = ""
    exit_code: int | None = None
    error: str = ""

    def settle(self, status: str, reason: str, exit_code: int | None = None, error: str = "") -> None:
        if not self.status:
            self.status, self.reason, self.exit_code, self.error = status, reason, exit_code, error


class Keeper:
    def __init__(self, spec: RunSpec, backend: Backend, notify: Notify) -> None:
        self.spec, self.backend, self.notify = spec, backend, notify
        self.dir = spec.dir
        self.verdict = Verdict()
        self.began = time.monotonic()
        self.hook = ""
        """What the runner is doing, for the sentence when it dies in it."""
        self.acting = self.cleaning = self.finished = False
        self.cleaned: set[tuple[str, str, str]] = set()
        """post_action hooks that have begun: a clean-up runner does not repeat them."""
        self.kill_names: list[str] = []
        self.runner = 0
        self.channel: Channel | None = None
        self.ready = False
        self.deaf_at: float | None = None
        self.cleanup_until: float | None = None
        self.next_look = 0.0

    # ---- the whole way

    def keep(self) -> None:
        """From marker to result. Returns at once, without any effect, when the attempt was started before."""
        me = self.backend.identity(os.getpid())
        assert me is not None
        owner = {"pid": me.pid, "start": me.start, "boot": self.backend.boot(), "mark": self.spec.mark}
        if not self.dir.take_marker({**owner, "at": time.time(), "grace": self.spec.grace}):
            return
        self._open()
        self.notify("started")
        if request := self.dir.stop_request():
            self.verdict.settle(request["status"], request["reason"])
        else:
            self._through_the_hooks()
        self._end()
        self.notify("ended")

    def _open(self) -> None:
        self.backend.enter("mxx-keeper")
        self.started_at = time.time()
        self.dir.work.mkdir(exist_ok=True)
        self.events = EventFile(self.dir.path)
        self.writer = Writer(self.dir.log, self.spec.log_limit)
        self.selector = selectors.DefaultSelector()
        self.programs = Programs(self.spec, self.backend, self.writer, self.selector)
        self._open_signals()

    def _open_signals(self) -> None:
        """Handlers that do nothing, not SIG_IGN: an ignored signal would stay ignored in every program."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
            signal.signal(number, lambda *_: None)
        self.selector.register(reading, selectors.EVENT_READ, lambda: self._woken(reading))

    def _through_the_hooks(self) -> None:
        self._fork_runner(None)
        self._until_runner_is_gone()
        if self.acting and not self.finished:  # it died before its post_actions were done
            self._fork_runner(self.cleaned)
            self._until_runner_is_gone()

    def _until_runner_is_gone(self) -> None:
        while self.runner:
            self._turn(self._patience())
            self._watch_the_clock()

    def _end(self) -> None:
        """Nothing of the run outlives this; output of the tree is drained before the result is written."""
        ending = terminate(
            self.backend,
            self._members,
            grace=self.spec.grace,
            pause=self._turn,
            proof=self.backend.childless,
        )
        named = self._end_by_name() if self.kill_names else []
        self._drain()
        found = receipt(self.programs.all, ending, named, self.backend)
        self.programs.say(found["text"])
        self.verdict.settle("succeeded", "", self.programs.last_code())
        self._write_result(found, ending)

    def _end_by_name(self) -> list[str]:
        from plugins.custody import byname  # psutil costs a lean keeper 10 ms; few runs ask for it

        return byname.end_all(self.kill_names, self.spec.grace)

    def _write_result(self, found: dict[str, Any], ending: Ending) -> None:
        self.writer.close()
        self.dir.write_result(
            {
                **vars(self.verdict),
                "warned": bool(ending.left),
                "started_at": self.started_at,
                "finished_at": time.time(),
                "receipt": found,
            }
        )

    def _drain(self) -> None:
        """To the end of the output; at most 0.2 s when somebody outside the run holds a pipe."""
        until = time.monotonic() + DRAIN
        while self.programs.draining and time.monotonic() < until:
            self._turn(0.02)

    # ---- one turn

    def _turn(self, seconds: float) -> None:
        """Serve whatever comes within `seconds`: output, messages, signals."""
        for key, _ in self.selector.select(max(seconds, 0)):
            key.data()
        self._reap()

    def _patience(self) -> float:
        """Seconds until the next thing that must not be late."""
        now = time.monotonic()
        moments = [self.next_look, self.deaf_at, self.cleanup_until]
        if self.spec.timeout is not None and not self.verdict.status:
            moments.append(self.began + self.spec.timeout)
        return max(0.0, min(moment for moment in moments if moment is not None) - now)

    def _watch_the_clock(self) -> None:
        now = time.monotonic()
        timeout = self.spec.timeout
        if timeout is not None and now >= self.began + timeout:
            self._interrupt("timed_out", f"took longer than its timeout of {timeout:g} s")
        if now >= self.next_look:
            self._look()
        if self.deaf_at is not None and now >= self.deaf_at:
            self._kill_runner()
        if self.cleanup_until is not None and now >= self.cleanup_until:
            self.verdict.settle(
                "failed", f"post_action took longer than {self.spec.cleanup:g} s, in {self.hook}"
            )
            self.finished = True  # the budget is spent: no clean-up runner
            self._kill_runner()

    def _look(self) -> None:
        self.next_look = time.monotonic() + LOOK
        if not self.cleaning and (request := self.dir.stop_request()):
            self._interrupt(request["status"], request["reason"])
        self._tell_who_is_gone()

    def _woken(self, pipe: int) -> None:
        self.next_look = 0.0
        try:
            os.read(pipe, 4096)
        except BlockingIOError:
            return

    # ---- the runner

    def _fork_runner(self, done: set[tuple[str, str, str]] | None) -> None:
        """done: None for the whole job, else a clean-up runner that leaves these post_actions out."""
        ours, theirs = socket.socketpair()
        pipes = [os.pipe(), os.pipe()]
        self.ready = self.cleaning = False
        self.runner = os.fork()
        if not self.runner:
            _become_runner(self.spec, theirs, [writing for _, writing in pipes], done)
        theirs.close()
        for stream, (reading, writing) in zip((OUT, ERR), pipes, strict=True):
            os.close(writing)
            self.programs.watch(reading, stream, 0)
        self.channel = Channel(ours)
        self.selector.register(ours, selectors.EVENT_READ, self._hear)

    def _hear(self) -> None:
        assert self.channel is not None
        try:
            for message in self.channel.receive():
                getattr(self, f"_on_{message.pop('kind')}")(**message)
        except KeeperGone:  # here: the runner's end of the line
            self.selector.unregister(self.channel.sock)
            self.channel.close()
            self.channel = None

    def _say(self, **message: Any) -> None:
        """To the runner, if it still listens."""
        if self.channel is None:
            return
        try:
            self.channel.send(message)
        except KeeperGone:
            self.programs.say("the runner no longer listens")

    def _interrupt(self, status: str, reason: str) -> None:
        if self.verdict.status or self.cleaning:
            return
        self.verdict.settle(status, reason)
        self.programs.say(reason)
        self.deaf_at = time.monotonic() + DEAF_AFTER
        if self.ready and self.runner:
            os.kill(self.runner, signal.SIGUSR1)  # our own unreaped child: the pid cannot be somebody else's

    def _kill_runner(self) -> None:
        self.deaf_at = self.cleanup_until = None
        if self.runner:
            os.kill(self.runner, signal.SIGKILL)

    def _runner_died(self, code: int) -> None:
        while self.channel is not None:  # what it said before it died
            self._hear()
        self.runner = 0
        self.deaf_at = None
        if not self.finished:
            how = ended_how(code)
            self.verdict.settle(
                "failed", f"the runner {how} in {self.hook}" if self.hook else f"the runner {how}"
            )

    # ---- what the runner says

    def _on_ready(self) -> None:
        self.ready = True
        if self.deaf_at is not None:
            os.kill(self.runner, signal.SIGUSR1)

    def _on_acting(self) -> None:
        self.acting = True

    def _on_begin(self, point: str, plugin: str, method: str) -> None:
        self.hook = f"{point} of {plugin}"
        if point == "post_action":
            self.cleaned.add((point, plugin, method))

    def _on_hook(self, point: str, plugin: str, at: float, seconds: float, error: str = "") -> None:
        self.events.add("hook", at=at, plugin=plugin, hook=point, seconds=round(seconds, 6), message=error)

    def _on_cleanup(self) -> None:
        self.cleaning = True
        self.deaf_at = None
        if self.cleanup_until is None:
            self.cleanup_until = time.monotonic() + self.spec.cleanup

    def _on_launch(
        self, request: int, argv: list[str], cwd: str | None, env: dict[str, str], holds: bool
    ) -> None:
        try:
            program = self.programs.spawn(argv, cwd, env, holds)
        except CannotLaunch as error:
            self._say(kind="answer", request=request, refused=str(error))
            return
        self.events.add("launch", message=program.name, data={"argv": argv, "pid": program.identity.pid})
        self._say(kind="answer", request=request, number=program.number, pid=program.identity.pid)

    def _on_vars(self, vars: dict[str, Any]) -> None:  # noqa: A002 - the run's word for it
        self.dir.write("vars", vars)

    def _on_progress(self, fraction: float, text: str) -> None:
        self.dir.write("progress", {"fraction": fraction, "text": text})

    def _on_log(self, text: str) -> None:
        self.programs.say(text)

    def _on_kill_names(self, names: list[str]) -> None:
        self.kill_names += names

    def _on_done(self, status: str, reason: str, exit_code: int | None, error: str) -> None:
        self.finished = True
        self.cleanup_until = None
        if status not in ("interrupted", "succeeded"):
            self.verdict.settle(status, reason, exit_code, error)
        if error:
            self.writer.append(ERR, 0, error.encode(errors="replace"))

    # ---- the dead

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            self._buried(pid, os.waitstatus_to_exitcode(status))

    def _buried(self, pid: int, code: int) -> None:
        if pid == self.runner:
            self._runner_died(code)
            return
        program = self.programs.exited(pid, code)
        if program is None:
            return
        self.events.add("exit", message=f"{program.name} {ended_how(code)}", data={"pid": pid, "code": code})
        self._say(kind="exited", number=program.number, code=code)
        self.next_look = 0.0

    def _tell_who_is_gone(self) -> None:
        """Tell the runner which held programs' whole trees are empty; looks at /proc only while one lingers."""
        ended = [
            program for program in self.programs.all if program.ended and program.holds and not program.gone
        ]
        if not ended:
            return
        members = self._members()
        nameless = any(member.launch is None for member in members)
        busy = {member.launch for member in members}
        for program in ended:
            if program.number not in busy and not nameless:
                program.gone = True
                self._say(kind="gone", number=program.number)

    def _members(self) -> list[Member]:
        self._reap()
        return self.backend.members(
            self.spec.mark, keeper=os.getpid(), spare=[self.runner] if self.runner else []
        )


def _become_runner(
    spec: RunSpec, sock: socket.socket, streams: list[int], done: set[tuple[str, str, str]] | None
) -> None:
    """In the forked child: keep the line to the keeper, close the rest, run, and never return."""
    from plugins.custody import runner
    from plugins.custody.backends.base import marked
    from plugins.custody.backends.linux import set_name

    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        line = _only_fds(sock, streams)
        set_name("mxx-runner")
        os.environ.update(marked(spec.environment(), spec.mark, 0))
        os.chdir(spec.dir.work)
        runner.main(spec, line, done)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _only_fds(sock: socket.socket, streams: list[int]) -> socket.socket:
    """stdin from nowhere, stdout and stderr into the log, fd 3 to the keeper, nothing else open."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    kept = os.dup(sock.fileno())
    for target, source in ((0, nowhere), (1, streams[0]), (2, streams[1])):
        os.dup2(source, target)
    os.dup2(kept, 3, inheritable=False)
    sock.detach()
    os.closerange(4, 4096)
    return socket.socket(fileno=3)


def main() -> None:
    """Cold start, for one run: the go token is one JSON line on stdin; EOF before it means: do nothing."""
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return
    run(RunSpec.read(line), os.dup(1))


def run(spec: RunSpec, notices: int) -> None:
    """Keep one run; `notices` is a pipe for the supervisor's comfort, whose reader may be gone."""
    if os.getpid() != os.getsid(0):
        os.setsid()
    os.umask(0o077)
    Keeper(spec, platform_backend(), notifier(notices, spec)).keep()


def notifier(notices: int, spec: RunSpec) -> Notify:
    """Writes `{"kind", "run", "attempt", "at"}` lines, shorter than PIPE_BUF and so never mixed. Only latency
    depends on them: a full or broken pipe is not an error, the files of the run tell the same."""
    os.set_blocking(notices, False)

    def notify(kind: str) -> None:
        line = json.dumps({"kind": kind, "run": spec.run, "attempt": spec.attempt, "at": time.time()})
        try:
            os.write(notices, line.encode() + b"\n")
        except (BrokenPipeError, BlockingIOError):
            return

    return notify


if __name__ == "__main__":
    main()
