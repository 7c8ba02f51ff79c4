"""Plugin: a name, typed options in `__init__`, hook methods."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

Duration = Annotated[float, "duration"]
"""Seconds; a job file may say 90, "90s", "5m", "2h" or "1d"."""


class Plugin:
    """Base of every plugin. Options are the keywords of `__init__`; their annotations are checked on save.

    A hook gets the run as `run` and keeps nothing beyond it: each run has its own process and its own instance.
    """

    name: ClassVar[str] = ""
    """The section in the job file: `name = "os"` answers to `[os]`."""
    version: ClassVar[str] = "1.0"
    requires_mxx: ClassVar[str] = ""
    requires: ClassVar[tuple[str, ...]] = ()
    """Names of plugins that must stand in the job too."""

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        """What the types cannot say: (option, what is wrong, an example) for each problem."""
        return []
