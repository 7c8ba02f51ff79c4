"""A scripted world: processes that only pretend, and a clock that moves when somebody pauses. For tests.

world = FakeBackend()
world.add("bot", deaf=True)
ending = world.end_all(grace=5.0)
assert [member.name for member in ending.killed.values()] == ["bot"]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from plugins.custody.backends.base import NO_SESSIONS, Identity, Member, NoGroups, Strength
from plugins.custody.kill import Ending, terminate


@dataclass
class FakeProcess:
    """launch: its mark, None when it belongs to nobody's run."""

    identity: Identity
    name: str
    launch: int | None
    deaf: bool = False
    """Does not listen when it is asked."""
    untouchable: bool = False
    """Cannot be signalled: another user's."""
    takes: float = 0.0
    """Seconds from being asked to its end."""
    unseen: int = 0
    """Looks at the world that miss it, as one that is being forked."""
    when_asked: Callable[[], object] | None = None
    when_seen: Callable[[], object] | None = None
    """Called before each look at the world until it is frozen."""
    frozen: bool = False
    ends_at: float | None = None


class FakeBackend(NoGroups):
    """Keeps the Backend protocol for what is asked, frozen, killed and looked at. Times are seconds of its own clock."""

    strength: Strength = "kernel"
    weakness = ""
    polls = False

    def __init__(self) -> None:
        self.clock = 0.0
        self.looks = 0
        self.signals: list[tuple[str, str, int]] = []
        """("ask" | "freeze" | "kill", name, pid) of all that arrived."""
        self._living: dict[int, FakeProcess] = {}
        self._last = 100

    # ---- the script

    def add(
        self, name: str, *, launch: int | None = 1, pid: int | None = None, **habits: object
    ) -> FakeProcess:
        """A new process, in place of the one that had its pid. habits: fields of FakeProcess."""
        self._last += 1
        identity = Identity(pid or self._last, self._last)
        process = FakeProcess(identity, name, launch, **habits)  # type: ignore[arg-type]
        self._living[identity.pid] = process
        return process

    def end(self, process: FakeProcess) -> None:
        """By itself."""
        if self._living.get(process.identity.pid) is process:
            del self._living[process.identity.pid]

    @property
    def living(self) -> list[str]:
        self._let_end()
        return [process.name for process in self._living.values()]

    def told(self, word: str) -> list[str]:
        """Names of those that were asked, frozen or killed, in order."""
        return [name for said, name, _ in self.signals if said == word]

    def monotonic(self) -> float:
        return self.clock

    def pause(self, seconds: float) -> None:
        self.clock += max(seconds, 0.001)

    def end_all(self, *, grace: float, proof: Callable[[], bool] = lambda: False) -> Ending:
        """terminate() on the whole run, by this world's clock."""
        return terminate(
            self,
            lambda: self.members("", keeper=None),
            grace=grace,
            pause=self.pause,
            proof=proof,
            now=self.monotonic,
        )

    # ---- the protocol

    def members(
        self,
        mark: str,
        *,
        keeper: int | None,
        spare: Iterable[int] = (),
        sessions: Mapping[int, int] = NO_SESSIONS,
        group: str = "",
    ) -> list[Member]:
        self._let_end()
        self.looks += 1
        for process in list(self._living.values()):
            if process.when_seen and not process.frozen:
                process.when_seen()
        return [
            Member(process.identity, process.name, process.launch)
            for process in list(self._living.values())
            if process.launch is not None and process.identity.pid not in spare and _is_seen(process)
        ]

    def identity(self, pid: int) -> Identity | None:
        self._let_end()
        return self._living[pid].identity if pid in self._living else None

    def alive(self, identity: Identity) -> bool:
        return self.identity(identity.pid) == identity

    def ask(self, identity: Identity) -> bool:
        process = self._reached("ask", identity)
        if process is None:
            return False
        if process.when_asked:
            process.when_asked()
        if not process.deaf:
            process.ends_at = self.clock + process.takes
        return True

    def freeze(self, identity: Identity) -> bool:
        process = self._reached("freeze", identity)
        if process is not None:
            process.frozen = True
        return process is not None

    def kill(self, identity: Identity) -> bool:
        process = self._reached("kill", identity)
        if process is not None:
            self.end(process)
        return process is not None

    def wake(self, identity: Identity) -> bool:
        return self._reached("wake", identity) is not None

    def promise(self) -> tuple[Strength, str]:
        return self.strength, self.weakness

    def boot(self) -> str:
        return "fake"

    def set_name(self, name: str) -> None:
        """Nobody sees it."""

    def enter_keeper(self, mark: str) -> None:
        """There is no process to enter."""

    def enter_runner(self, keeper: int) -> None:
        """There is no process to enter."""

    def childless(self, spare: int = 0) -> bool:
        return not self.living

    def spawn(self, argv: list[str], cwd: str, env: Mapping[str, str], output: int, errors: int) -> int:
        return self.add(argv[0]).identity.pid

    # ---- inside

    def _reached(self, word: str, identity: Identity) -> FakeProcess | None:
        """The process, if it is the same one and may be signalled; the signal is written down."""
        if not self.alive(identity) or self._living[identity.pid].untouchable:
            return None
        process = self._living[identity.pid]
        self.signals.append((word, process.name, identity.pid))
        return process

    def _let_end(self) -> None:
        for process in list(self._living.values()):
            if process.ends_at is not None and not process.frozen and process.ends_at <= self.clock:
                self.end(process)


def _is_seen(process: FakeProcess) -> bool:
    process.unseen -= 1
    return process.unseen < 0
