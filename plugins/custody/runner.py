"""The runner: the process, child of a keeper, in which plugin code runs. It holds nothing that must survive it."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from _thread import allocate_lock, get_ident  # threading would cost every fork 0.2 ms
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from plugins import registry
from plugins.base import Plugin
from plugins.context import Launch, LaunchRequest, RunContext
from plugins.custody.channel import Channel
from plugins.custody.spec import RunSpec
from plugins.exceptions import CannotLaunch, KeeperGone, MxxError
from plugins.guard import Guard
from plugins.lifecycle import Key, Lifecycle, Outcome, traceback_of, words_of
from plugins.notes import Notes
from plugins.rules import WrongPlugin, facts_of
from plugins.substitution import complete

if TYPE_CHECKING:
    from socket import SocketType

WITH_THE_NEXT = frozenset(["ready", "acting", "hook", "state", "keep", "cleanup"])
"""Messages that wait for the next one: fewer wake-ups of the keeper. A `begin` follows before a hook runs again."""


@dataclass
class Task:
    """began: when the run began, on the monotonic clock; done: None for the whole job, else a clean-up runner's
    post_actions to leave out; stopping: why the run is being stopped, "" when it is not."""

    began: float
    done: Collection[Key] | None = None
    stopping: str = ""


class KeeperHost:
    """The lifecycle's Host: every wish goes to the keeper as a message. line: to the keeper."""

    def __init__(self, line: SocketType, stopping: str = "") -> None:
        self.stopping = stopping
        self.guard = Guard()
        self._channel = Channel(line)
        self._lock, self._thread = allocate_lock(), get_ident()
        self._launches: dict[int, Launch] = {}
        self._requests = 0
        self._wanted = LaunchRequest([])
        self._answer: dict[str, Any] = {}

    def launch(self, request: LaunchRequest, holds: bool = False) -> Launch:
        self._refuse_other_threads()
        with self.guard.shield:  # whole: an interruption between wish and answer would lose a program
            self._requests, self._wanted = self._requests + 1, request
            self.report("launch", request=self._requests, order=vars(request), holds=holds)
            while self._answer.get("request") != self._requests:
                self._receive()
            if "refused" in self._answer:
                raise CannotLaunch(self._answer["refused"])
            return self._launches[self._answer["number"]]

    def talk_on(self, line: SocketType) -> None:
        """The same line, by another descriptor."""
        self._channel.sock = line

    def hang_up(self) -> None:
        """No word comes from here any more; whose descriptor it was closes it."""
        self._channel.sock.detach()

    def wait(self, seconds: float) -> None:
        self._refuse_other_threads()
        with self.guard.shield, self._lock:
            self._channel.flush()  # it may be long until the next message
        if select.select([self._channel], [], [], max(seconds, 0))[0]:
            self._receive()

    def report(self, kind: str, **facts: Any) -> None:
        """From any thread of the runner."""
        message = {"kind": kind, **facts}
        if get_ident() != self._thread:
            self._send(message)
            return
        with self.guard.shield:
            self._send(message)

    def now(self) -> float:
        return time.monotonic()

    def interrupted(self) -> None:
        """From the signal handler. The keeper's word for the cause stands in the line, or will."""
        self.stopping = self.stopping or "cancelled"
        self.guard.interrupt()

    def _send(self, message: dict[str, Any]) -> None:
        with self._lock:
            if message["kind"] in WITH_THE_NEXT:
                self._channel.queue(message)
            else:
                self._channel.send(message)

    def _receive(self) -> None:
        with self.guard.shield:
            for message in self._channel.receive():
                self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        if message["kind"] == "answer":
            self._answer = message
            self._note_launch(message)
        elif message["kind"] == "stop":
            self.stopping = message["status"]
        elif launch := self._launches.get(message["number"]):  # none: a runner before this one launched it
            if message["kind"] == "exited":
                launch.exit_code = message["code"]
            else:
                launch.gone = True

    def _note_launch(self, answer: dict[str, Any]) -> None:
        """At once: the news of its end may stand in the same breath."""
        if "number" in answer:
            number, wanted = answer["number"], self._wanted
            self._launches[number] = Launch(number, wanted.argv, wanted.name, answer["pid"])

    def _refuse_other_threads(self) -> None:
        if get_ident() != self._thread:
            raise CannotLaunch(
                "launching and waiting is for the hook's own thread, not for one that it started"
            )


def main(spec: RunSpec, host: KeeperHost, task: Task) -> None:
    """Take the job through its hooks, or through its clean-up only."""
    try:
        report_all(spec, host, task)
    except KeeperGone:
        sys.stderr.write("mxx: only the runner itself can talk to its keeper, and only while that lives\n")


def report_all(spec: RunSpec, host: KeeperHost, task: Task) -> None:
    """From the first word to the keeper to the last. Raises KeeperGone."""
    host.report("ready")
    host.report("done", status=_through(spec, host, task).status)


def _through(spec: RunSpec, host: KeeperHost, task: Task) -> Outcome:
    try:
        if spec.blanks:
            complete(spec.plugins, spec.blanks, {**os.environ, **spec.environment()}, spec.secrets)
        plugins = _plugins(spec) if task.done is None else _plugins_left(spec, host)
    except MxxError as error:
        outcome = Outcome(
            "failed", str(error), None, traceback_of(error.__cause__) if error.__cause__ else ""
        )
        host.report("outcome", **vars(outcome))
        return outcome
    run = RunContext(
        host=host,
        id=spec.run,
        job=spec.job,
        plugins=plugins,
        params=spec.params,
        vars=dict(spec.vars) if task.done is None else spec.dir.saved_vars() or dict(spec.vars),
        secrets=spec.secrets,
        state=_state(spec, task),
        timeout=spec.timeout,
        began=task.began,
        timezone=spec.timezone,
        last_success=spec.last_success,
        applications=spec.applications,
        notes=Notes(spec.dir),
    )
    lifecycle = Lifecycle(run, host.guard)
    return lifecycle.take() if task.done is None else lifecycle.clean_up(task.done)


def _state(spec: RunSpec, task: Task) -> dict[str, Any]:
    """As the last run left it; for a clean-up, as the runner before this one told it last."""
    told = "" if task.done is None else spec.dir.read("state").get("text", "")
    text = told or spec.state
    return json.loads(text) if text else {}


def _plugins(spec: RunSpec) -> dict[str, Any]:
    plugins = {instance: _built(spec, instance, key, options) for instance, key, options in spec.plugins}
    if spec.sources:
        _keep_code(spec)
    return plugins


def _plugins_left(spec: RunSpec, host: KeeperHost) -> dict[str, Any]:
    """For the clean-up: a plugin that cannot be built any more does not cost the others their post_action."""
    if spec.sources:
        _take_kept_code(spec)
    plugins = {}
    for instance, key, options in spec.plugins:
        try:
            plugins[instance] = _built(spec, instance, key, options)
        except MxxError as error:
            host.report("log", text=f"no clean-up by {instance}: {error}")
    return plugins


def _built(spec: RunSpec, instance: str, key: str, options: dict[str, Any]) -> Any:
    """Raises MxxError with the plugin's name and the reason."""
    try:
        if key not in spec.sources:
            return built_in(key)(**options)
        cls = registry.load(key, spec.sources[key])
        _check(cls, instance, options)  # no other process may run its code
        return cls(**options)
    except WrongPlugin as error:
        raise MxxError(f"[{instance}] cannot be loaded: {error.placed()}") from error.__cause__
    except MxxError:
        raise
    except BaseException as error:
        raise MxxError(f"[{instance}] cannot be built: {words_of(error)}") from error


@cache
def built_in(key: str) -> type[Plugin]:
    """A zygote asks for all of them once, so that no runner has to look at their modules again."""
    return registry.load(key)


def _check(cls: type[Plugin], instance: str, options: dict[str, Any]) -> None:
    if found := facts_of(cls).check(dict(options)):
        raise MxxError("; ".join(f"{instance}.{option}: {message}" for option, message, _ in found))


def _keep_code(spec: RunSpec) -> None:
    """For a clean-up runner, should this one die: an edit meanwhile counts from the next run on."""
    from plugins import loading

    spec.dir.write("sources", loading.texts)


def _take_kept_code(spec: RunSpec) -> None:
    from plugins import loading

    loading.texts.update(spec.dir.read("sources"))
