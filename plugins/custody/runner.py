"""The runner: the process, child of a keeper, in which plugin code runs. It holds nothing that must survive it."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import sys
import time
import traceback
from typing import Any

from plugins import registry
from plugins.context import Launch, LaunchRequest, RunContext
from plugins.custody.channel import Channel
from plugins.custody.spec import RunSpec
from plugins.exceptions import CannotLaunch, KeeperGone, MxxError
from plugins.lifecycle import Guard, Lifecycle, Outcome


class KeeperHost:
    """The lifecycle's Host: every wish goes to the keeper as a message."""

    def __init__(self, channel: Channel, guard: Guard) -> None:
        self._channel, self._guard = channel, guard
        self._launches: dict[int, Launch] = {}
        self._requests = 0
        self._wanted: list[str] = []
        self._answer: dict[str, Any] = {}

    def launch(self, request: LaunchRequest, holds: bool = False) -> Launch:
        with self._guard.shield:  # whole: an interruption between wish and answer would lose a program
            self._requests, self._wanted = self._requests + 1, request.argv
            self.report(
                "launch",
                request=self._requests,
                argv=request.argv,
                cwd=request.cwd,
                env=dict(request.env),
                holds=holds,
            )
            while self._answer.get("request") != self._requests:
                self._receive()
            if "refused" in self._answer:
                raise CannotLaunch(self._answer["refused"])
            return self._launches[self._answer["number"]]

    def wait(self, seconds: float) -> None:
        if select.select([self._channel], [], [], max(seconds, 0))[0]:
            self._receive()

    def report(self, kind: str, **facts: Any) -> None:
        with self._guard.shield:
            self._channel.send({"kind": kind, **facts})

    def now(self) -> float:
        return time.monotonic()

    def _receive(self) -> None:
        with self._guard.shield:
            self._take(self._channel.receive())

    def _take(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            if message["kind"] == "answer":
                self._answer = message
                self._note_launch(message)
            elif message["kind"] == "exited":
                self._launches[message["number"]].exit_code = message["code"]
            elif message["kind"] == "gone":
                self._launches[message["number"]].gone = True

    def _note_launch(self, answer: dict[str, Any]) -> None:
        """At once: the news of its end may stand in the same breath."""
        if "number" in answer:
            name = os.path.basename(self._wanted[0])
            self._launches[answer["number"]] = Launch(answer["number"], self._wanted, name, answer["pid"])


class ToKeeper(logging.Handler):
    """Lines of run.log go to the run's log on disk."""

    def __init__(self, host: KeeperHost) -> None:
        super().__init__()
        self._host = host

    def emit(self, record: logging.LogRecord) -> None:
        self._host.report("log", text=self.format(record))


def main(spec: RunSpec, sock: socket.socket, done: set[tuple[str, str, str]] | None = None) -> None:
    """Take the job through its hooks; with `done`, only through the post_actions that are not in it."""
    guard = Guard()
    signal.signal(signal.SIGUSR1, lambda *_: guard.interrupt())
    host = KeeperHost(Channel(sock), guard)
    try:
        host.report("ready")
        outcome = _through(spec, host, guard, done)
        host.report("done", **vars(outcome))
    except KeeperGone:
        sys.stderr.write("mxx: the keeper of this run is gone\n")


def _through(
    spec: RunSpec, host: KeeperHost, guard: Guard, done: set[tuple[str, str, str]] | None
) -> Outcome:
    try:
        run = _context(spec, host, done is not None)
    except KeeperGone:
        raise
    except BaseException as error:
        reason = str(error) if isinstance(error, MxxError) else f"{type(error).__name__}: {error}"
        return Outcome("failed", reason, None, traceback.format_exc())
    lifecycle = Lifecycle(run, guard)
    outcome = lifecycle.take() if done is None else lifecycle.clean_up(done)
    host.report("kill_names", names=run.kill_names)
    return outcome


def _context(spec: RunSpec, host: KeeperHost, again: bool) -> RunContext:
    plugins = {instance: _built(instance, key, options) for instance, key, options in spec.plugins}
    log = logging.getLogger("mxx.run")
    log.handlers, log.propagate = [ToKeeper(host)], False
    log.setLevel(logging.INFO)
    return RunContext(
        host=host,
        id=spec.run,
        job=spec.job,
        plugins=plugins,
        params=spec.params,
        vars=spec.dir.read("vars") if again else dict(spec.vars),
        timeout=spec.timeout,
        log=log,
    )


def _built(instance: str, key: str, options: dict[str, Any]) -> Any:
    """A plugin that cannot be built fails the run before any action, with its name and the reason."""
    cls = registry.load(key)
    try:
        return cls(**options)
    except MxxError:
        raise
    except BaseException as error:
        raise MxxError(f"[{instance}] cannot be built: {type(error).__name__}: {error}") from error
