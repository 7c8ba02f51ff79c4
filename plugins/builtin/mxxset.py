"""`[mxxset]`: bring an exported configuration to a registered application."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any

from plugins.base import Plugin
from plugins.context import RunContext
from plugins.hooks import hook


class MxxSet(Plugin):
    """Import an exported configuration folder into a registered application, before the application starts.

    ```toml
    [mxxset]
    app_name = "maa"
    import_source = "summer event"

    [mxxrun]
    app_name = "maa"

    [lifetime]
    lifetime = "1s"
    ```

    app_name: the application's name, or one of its aliases.
    import_source: the name of one of its exports, or the absolute path of a folder.

    Imported values replace the local ones; the application's excluded keys keep their local value, its overrides win.
    """

    name = "mxxset"

    def __init__(self, app_name: str, import_source: str) -> None:
        self.app_name, self.import_source = app_name, import_source

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        problems = []
        if options.get("app_name") == "":
            problems.append(("app_name", "is empty: which application?", 'app_name = "maa"'))
        source = options.get("import_source")
        if isinstance(source, str) and (not source.strip() or ".." in PurePath(source).parts):
            message = "must name an export, or the absolute path of a folder"
            problems.append(("import_source", message, 'import_source = "summer event"'))
        return problems

    @hook("pre_action", priority=10)
    def import_configuration(self, run: RunContext) -> None:
        """Before [mxxrun] edits anything in the same place, so that its edits can be taken back afterwards."""
        from plugins import appconfig  # only a run that needs it pays for the import
        from plugins.custody.rundir import RunDir
        from plugins.restoring import Edits

        found = run.application(self.app_name)
        source, target = self._source(found), Path(found["path"]).expanduser() / found["cfgroute"]
        if not found["cfgroute"]:
            raise appconfig.BadConfig(f"application {self.app_name!r} has no configuration folder")
        notes = Edits(Path(found["restore"]), target, run.notes.dir or RunDir("rehearsal")).claim()
        done = appconfig.merge_folder(source, target, excluded=found["cfge"], overrides=found["cfgow"])
        notes += [f"{file} holds no JSON object: not imported" for file in done.left]
        for note in [*notes, f"imported {done.files} files into {target}, {done.kept} keys kept their value"]:
            run.log.info("%s", note)

    def _source(self, found: dict[str, Any]) -> Path:
        """Raises BadConfig with the exports that there are."""
        from plugins.appconfig import BadConfig

        exports = Path(found["exports"])
        source = exports / Path(self.import_source).expanduser()  # an absolute one stands for itself
        if source.is_dir():
            return source
        there = sorted(path.name for path in exports.iterdir() if path.is_dir()) if exports.is_dir() else []
        known = ", ".join(there) if there else "none yet"
        raise BadConfig(f"there is no folder {source} to import; exports of {self.app_name!r}: {known}")
