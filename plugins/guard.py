"""Interruption of plugin code: when the keeper's signal may raise, and when it has to wait."""

from __future__ import annotations


class Interrupted(BaseException):
    """The keeper asked the run to stop. Not an Exception, so that a plugin's `except Exception` lets it through."""


class Guard:
    """Lets an interruption through only while a hook that may be interrupted is running.

    The keeper's signal may come between any two bytecodes: outside a hook, and inside a message to the keeper
    (`shield`), it waits.
    """

    def __init__(self) -> None:
        self.open = False
        self.pending = False
        self.shield = Shield(self)

    def interrupt(self) -> None:
        """Called from the signal handler: raises here and now, or as soon as it may."""
        self.pending = True
        self.let_through()

    def let_through(self) -> None:
        if self.pending and self.open and not self.shield.depth:
            self.open = False
            raise Interrupted

    def __enter__(self) -> None:
        self.open = True
        self.let_through()

    def __exit__(self, *_: object) -> None:
        self.open = False


class Shield:
    """Within it nothing is interrupted: half a message would end the talk with the keeper."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.depth = 0

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, kind: object, *_: object) -> None:
        self.depth -= 1
        if kind is None:
            self._guard.let_through()
