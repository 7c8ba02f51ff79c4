"""Edits of an application's configuration in place, which are taken back whatever happens.

Before the first edit a folder is made for the configuration, `home/restore/DIGEST/`: its note says whose edits these
are and what stood there, beside it lie the files as they were. Making it is exclusive: one run at a time edits a
configuration. It goes when everything is restored: by the run, by its clean-up runner, by the recovery of a lost run,
or by the next run that wants this configuration.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from plugins import appconfig
from plugins.appconfig import MISSING, BadConfig, Edit
from plugins.custody.backends import Identity, backend
from plugins.custody.rundir import RunDir

NOTE = "note.json"


class Edits:
    """The edits of one configuration folder (or file). root: the folder of all such notes; run: whose edits."""

    def __init__(self, root: Path, config: Path, run: RunDir) -> None:
        self.config, self.run = config.resolve(), run
        self.folder = root / hashlib.sha256(str(self.config).encode()).hexdigest()[:32]

    def claim(self) -> list[str]:
        """Make sure that nobody else's edits are in place; those of a dead run are taken back first.

        Returns what is to be said about that. Raises BadConfig while a run is at it.
        """
        note = _note(self.folder)
        if note is None:
            return []
        owner = RunDir(note["run"])
        if owner == self.run or _lives(owner):
            raise BadConfig(
                f"the configuration {self.config} is being edited by run {owner.path.name}: use temp_config = true,"
                " or let the two run one after the other"
            )
        return [f"took back what run {owner.path.name} had left in {self.config}", *take_back(self.folder)]

    def make(self, edits: list[Edit]) -> None:
        """Save what is there, then edit. Raises BadConfig; then nothing was edited, or the note tells what."""
        draft = self.folder.with_name(f"{self.folder.name}.{self.run.path.name}")
        try:
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            saved = [_saved(draft / str(number), edit) for number, edit in enumerate(edits)]
            note = {"run": self.run.place, "files": saved}
            appconfig.write_bytes(draft / NOTE, json.dumps(note).encode())
            draft.rename(self.folder)  # fails when there is one: whoever comes first has it
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise BadConfig(f"{self.config} cannot be saved before its edit: {error.strerror}") from error
        for edit in edits:
            appconfig.write_object(edit.path, edit.after)

    def take_back_own(self) -> list[str]:
        """Take back the edits of this run, if there are any; returns what there is to say. Raises BadConfig."""
        note = _note(self.folder)
        return take_back(self.folder) if note and note["run"] == self.run.place else []


def take_back_of(root: Path, run: RunDir) -> list[str]:
    """Take back every edit of a run that is lost; returns what there is to say. Raises BadConfig."""
    said = []
    for place in root.glob(f"*/{NOTE}"):
        note = _note(place.parent)
        if note and note["run"] == run.place:
            said += ["took back its edits of an application's configuration", *take_back(place.parent)]
    return said


def take_back(folder: Path) -> list[str]:
    """A file that is as we left it gets its old bytes; in one that the application changed, only our keys go."""
    note = _note(folder) or {"files": []}
    said = [_restore(folder / str(number), saved) for number, saved in enumerate(note["files"])]
    shutil.rmtree(folder, ignore_errors=True)
    return [text for text in said if text]


def _saved(copy: Path, edit: Edit) -> dict[str, Any]:
    appconfig.write_bytes(copy, edit.path.read_bytes())
    before = [[list(keys), [] if value is MISSING else [value]] for keys, value in edit.before]
    return {"path": str(edit.path), "before": before, "after": edit.after}


def _restore(copy: Path, saved: dict[str, Any]) -> str:
    path, old = Path(saved["path"]), copy.read_bytes()
    now = appconfig.read_object(path) if path.exists() else None
    if now is None or now == saved["after"]:
        appconfig.write_bytes(path, old)
        return "" if now else f"{path} was gone or no JSON any more: it is again as before the run"
    if path.read_bytes() == old:
        return ""  # it was never edited: the run died before
    for keys, value in reversed(saved["before"]):
        appconfig.put(now, tuple(keys), value[0] if value else MISSING)
    appconfig.write_object(path, now)
    return f"{path} was changed meanwhile: only the overrides were taken back"


def _note(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / NOTE).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found


def _lives(owner: RunDir) -> bool:
    """False once its result is written or its keeper is gone."""
    started = owner.started()
    if owner.result() is not None or not started or "pid" not in started:
        return False
    return started["boot"] == backend().boot() and backend().alive(Identity.of(started))
