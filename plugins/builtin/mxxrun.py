"""`[mxxrun]`: a registered application, with its overrides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from plugins.base import Plugin
from plugins.context import Launch, RunContext
from plugins.exceptions import CannotLaunch
from plugins.hooks import hook

if TYPE_CHECKING:
    from plugins.restoring import Edits

ENDS_WITHIN = 5.0
"""Seconds that the application may take to end when it is asked to."""


class MxxRun(Plugin):
    """Start a registered application, with its overrides in its JSON configuration; it runs until the run ends.

    ```toml
    [mxxrun]
    app_name = "maa"
    args = ["--profile", "daily"]

    [lifetime]
    lifetime = "1s"
    ```

    app_name: the application's name, or one of its aliases.
    temp_config: edit a copy of the configuration instead; where it is stands in the variable MXX_APP_CONFIG, and in
      arguments in place of {config}.
    args: its arguments.

    Edits in place are taken back at the end, after a crash too; what the application itself changed meanwhile stays.
    """

    name = "mxxrun"

    def __init__(self, app_name: str, temp_config: bool = False, args: list[str] | None = None) -> None:
        self.app_name, self.temp_config, self.args = app_name, temp_config, args or []
        self.config = ""

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        if options.get("app_name") == "":
            return [("app_name", "is empty: which application?", 'app_name = "maa"')]
        return []

    @hook("pre_action")
    def prepare(self, run: RunContext) -> None:
        found = run.application(self.app_name)
        if not _program(found).is_file():
            raise CannotLaunch(f"application {self.app_name!r}: there is no file {_program(found)}")
        if not found["cfgroute"]:
            return
        config = _config(found)
        if self.temp_config:
            config = _copy(found, run)
        self.config = str(config)
        if found["cfgow"]:
            self._override(config, found["cfgow"], run)

    def _override(self, config: Path, overrides: dict[str, Any], run: RunContext) -> None:
        from plugins import appconfig  # only a run that needs it pays for the import

        if not config.exists():
            raise appconfig.BadConfig(f"application {self.app_name!r}: there is no configuration {config}")
        notes = [] if self.temp_config else self._edits(run).claim()
        edits, left = appconfig.edits_of(config, overrides)
        if self.temp_config:
            for edit in edits:
                appconfig.write_object(edit.path, edit.after)
        elif edits:
            self._edits(run).make(edits)
        notes += [f"{file} holds no JSON object: left as it is" for file in left]
        for note in [*notes, f"overrides are in {len(edits)} files of {config}"]:
            run.log.info("%s", note)

    @hook("action")
    def start(self, run: RunContext) -> None:
        found = run.application(self.app_name)
        words = [str(_program(found)), *(word.replace("{config}", self.config) for word in self.args)]
        env = {"MXX_APP_CONFIG": self.config} if self.config else {}
        launch = run.launch(words, cwd=found["path"], env=env, wait=False)
        if found["cfgow"] and not self.temp_config:
            self._note(launch, run)

    @hook("post_action", priority=-100)
    def put_back(self, run: RunContext) -> None:
        """First the application ends: it may write its configuration once more when it does."""
        if self.app_name not in run.applications:
            return
        found = run.application(self.app_name)
        if self.temp_config:
            import shutil

            for copy in _folder(run).glob(f"{_prefix(found)}*"):
                shutil.rmtree(copy)
        elif found["cfgow"] and found["cfgroute"]:
            self._end_application(run)
            for note in self._edits(run).take_back_own():
                run.log.info("%s", note)

    def _note(self, launch: Launch, run: RunContext) -> None:
        """For whoever puts back, should this process be dead by then."""
        from plugins.processes import created

        if at := created(launch.pid):
            run.notes.keep("mxxrun", pid=launch.pid, at=at)

    def _end_application(self, run: RunContext) -> None:
        from plugins.processes import end_tree

        if started := run.notes.find("mxxrun"):
            end_tree(started["pid"], started["at"], ENDS_WITHIN)

    def _edits(self, run: RunContext) -> Edits:
        from plugins.custody.rundir import RunDir
        from plugins.restoring import Edits

        found = run.application(self.app_name)
        return Edits(Path(found["restore"]), _config(found), run.notes.dir or RunDir("rehearsal"))


def _program(found: dict[str, Any]) -> Path:
    return Path(found["path"]).expanduser() / str(found["app"])


def _config(found: dict[str, Any]) -> Path:
    return Path(found["path"]).expanduser() / str(found["cfgroute"])


def _prefix(found: dict[str, Any]) -> str:
    return f"config-{found['uid']}-"


def _folder(run: RunContext) -> Path:
    import tempfile  # 5 ms with all it brings along, which only runs that ask for it should pay

    return run.notes.dir.path if run.notes.dir else Path(tempfile.gettempdir())


def _copy(found: dict[str, Any], run: RunContext) -> Path:
    """The run's own copy of the configuration, in the run's folder."""
    import shutil
    import tempfile

    config = _config(found)
    place = Path(tempfile.mkdtemp(prefix=_prefix(found), dir=_folder(run))) / (config.name or "config")
    if config.is_dir():
        shutil.copytree(config, place)
    elif config.exists():
        shutil.copy2(config, place)
    return place
