"""What was changed in the form, written into the text; and the buttons that add, move and take out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from jobs.web.form.fields import Field
from jobs.web.form.focus import focus_after
from jobs.web.form.schedules import BEGINNINGS, OWN, as_expression, as_fields
from jobs.web.form.whole import Form, config_of, form_of
from jobs.web.viewer import Viewer
from plugins import jobedit
from plugins.exceptions import BadInput, Problem
from plugins.joblines import Path
from plugins.params import NAME
from plugins.words import RESERVED

Table = dict[str, Any]
Typed = dict[str, str]
PARAM, ADD_PARAM = "param", "add-param"
ENTER, SAVE = "enter", "save"
"""What Enter in a field and the button Save send as `do`."""


@dataclass(frozen=True)
class Edited:
    """text: as it is now. base: the text that the form shows. typed: what stands in controls and could not be read."""

    text: str
    base: str
    problems: list[Problem] = field(default_factory=list)
    typed: Typed = field(default_factory=dict)
    focus: str = ""


def edited(posted: Mapping[str, str], viewer: Viewer) -> Edited:
    """The posted text with the changed controls and the pressed button carried out.

    posted: toml (the text as typed), base (the text that the form was made of), f:PLACE (controls), do (a button),
    param (the name of a new one, which waits in its field until its button is pressed).
    """
    text, base = _plain(posted.get("toml", "")), _plain(posted.get("base", ""))
    changes = _changes(form_of(base, viewer), posted) if "base" in posted else []
    name = {PARAM: posted[PARAM]} if posted.get(PARAM, "").strip() else {}
    if (changes or name) and config_of(text) is None:
        problem = Problem("", "unread", _("the text cannot be read, so what you changed in the form waits"))
        return Edited(text, base, [problem], name | {found.name: typed for found, typed in changes})
    done = _Edit(text, base)
    for found, typed in changes:
        done.take(found, typed)
    command, before = command_of(posted), done.text
    if command and done.carry_out(command, posted, viewer) and command == ADD_PARAM:
        name = {}
    changed = before != done.text
    focus = focus_after(command, form_of(before, viewer), form_of(done.text, viewer)) if changed else ""
    return Edited(done.text, done.text, done.problems, name | done.typed, focus)


def command_of(posted: Mapping[str, str]) -> str:
    """The button of the form that was pressed; "" for Save. A name that waits is added first, on a page without script too."""
    command = posted.get("do", "")
    if command in (ENTER, SAVE):
        return ADD_PARAM if posted.get(PARAM, "").strip() else ""
    return command


def saves(posted: Mapping[str, str]) -> bool:
    """Enter in the field of a new param means its own button."""
    return posted.get("do") == SAVE or not command_of(posted)


def with_typed(form: Form, typed: Typed) -> Form:
    """What could not be read stays in its control."""
    if not typed:
        return form

    def kept(one: Field) -> Field:
        return replace(one, value=typed[one.name]) if one.name in typed else one

    return replace(form.each(kept), new_param=typed.get(PARAM, ""))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _changes(form: Form, posted: Mapping[str, str]) -> list[tuple[Field, str]]:
    found = []
    for one in form.fields():
        typed = posted.get(one.name)
        if typed is not None and _plain(typed).strip() != one.value.strip():
            found.append((one, _plain(typed)))
    return found


def _value_at(config: Any, path: Path) -> Any:
    for part in path:
        try:
            config = config[part]
        except (KeyError, IndexError, TypeError):
            return None
    return config


class _Edit:
    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.before = config_of(base) if base != text else None
        self.problems: list[Problem] = []
        self.typed: Typed = {}

    def take(self, found: Field, typed: str) -> None:
        """One control that was changed."""
        try:
            self._refuse_crossing(found, typed)
            value = found.read(typed)
            self.text = self._with(found.path, value)
        except BadInput as error:
            self.problems += error.problems
            self.typed[found.name] = typed

    def _refuse_crossing(self, found: Field, typed: str) -> None:
        if self.before is None:
            return
        now = _value_at(config_of(self.text), found.path)
        if now != _value_at(self.before, found.path):
            message = _("was changed in the form and in the text: the text stands, the form said %(typed)s")
            raise BadInput(Problem(found.place, "crossing", message % {"typed": typed[:80]}))

    def _with(self, path: Path, value: Any) -> str:
        config = config_of(self.text) or {}
        if path[0] == "params" and len(path) == 3:
            return self._declared(config, path, value)
        if path[-1] == "trigger" and path[0] == "schedule":
            return self._other_trigger(_value_at(config, path[:-1]) or {}, path, value)
        if value is None:
            return jobedit.remove_value(self.text, path)
        return jobedit.set_value(self.text, path, value)

    def _declared(self, config: Table, path: Path, value: Any) -> str:
        """`stage = "1-7"` becomes a table when more is to be said."""
        whole = _value_at(config, path[:2])
        if isinstance(whole, dict):
            if value is None:
                return jobedit.remove_value(self.text, path)
            return jobedit.set_value(self.text, path, value)
        if value is None:
            return self.text
        return jobedit.set_value(self.text, path[:2], {str(path[2]): value, "default": whole})

    def _other_trigger(self, table: Table, path: Path, trigger: Any) -> str:
        """Keys of the trigger before go with it, and the new one begins with some of its own."""
        text = jobedit.set_value(self.text, path, trigger)
        own = OWN.get(str(trigger), ())
        for key in [key for keys in OWN.values() for key in keys]:
            if key in table and key not in own:
                text = jobedit.remove_value(text, (*path[:-1], key))
        if not any(key in table for key in own):
            for key, value in BEGINNINGS.get(str(trigger), {}).items():
                text = jobedit.set_value(text, (*path[:-1], key), value)
        return text

    # ---- buttons

    def carry_out(self, command: str, posted: Mapping[str, str], viewer: Viewer) -> bool:
        """`add`, `add-schedule`, `add-param`, `remove PLACE`, `up PLACE`, `down PLACE`, `rename PLACE NAME`, `turn PLACE`.

        False when there is a problem."""
        verb, _space, rest = command.partition(" ")
        try:
            if verb in ADDING:
                ADDING[verb](self, posted)
            elif verb in AT_A_PLACE:
                place, _space, word = rest.rpartition(" ") if verb == "rename" else (rest, "", "")
                path = form_of(self.text, viewer).places().get(place)
                if path is not None:
                    self.text = AT_A_PLACE[verb](self.text, path, word)
        except BadInput as error:
            self.problems += error.problems
            return False
        return True

    def add_plugin(self, posted: Mapping[str, str]) -> None:
        key = posted.get("plugin", "")
        if not key or key in RESERVED:
            raise BadInput(Problem("plugin", "missing", _("choose a plugin to add"), "os"))
        self.text = jobedit.add_section(self.text, key, {})

    def add_schedule(self, posted: Mapping[str, str]) -> None:
        self.text = jobedit.add_section(self.text, "schedule", {"trigger": "cron", **BEGINNINGS["cron"]})

    def add_param(self, posted: Mapping[str, str]) -> None:
        name = posted.get(PARAM, "").strip()
        if not NAME.fullmatch(name):
            message = _("a param is named with letters, digits and _")
            raise BadInput(Problem(PARAM, "name", message, "stage"))
        if _value_at(config_of(self.text), ("params", name)) is None:
            self.text = jobedit.set_value(self.text, ("params", name), {"type": "str"})


def _remove(text: str, path: Path, word: str) -> str:
    if path[0] in ("params", "job") or (len(path) > 1 and isinstance(path[-1], str)):
        return jobedit.remove_value(text, path)
    return jobedit.remove_section(text, path)


def _turn(text: str, path: Path, word: str) -> str:
    """A cron as an expression, or as fields."""
    table = _value_at(config_of(text), path)
    if path[0] != "schedule" or not isinstance(table, dict):
        return text
    if "expression" in table:
        new = as_fields(table["expression"])
    else:
        new = {"expression": found} if (found := as_expression(table)) else {}
    if not new:
        return text
    for key in OWN["cron"]:
        text = jobedit.remove_value(text, (*path, key))
    for key, value in new.items():
        text = jobedit.set_value(text, (*path, key), value)
    return text


ADDING: dict[str, Callable[[_Edit, Mapping[str, str]], None]] = {
    "add": _Edit.add_plugin,
    "add-schedule": _Edit.add_schedule,
    ADD_PARAM: _Edit.add_param,
}
AT_A_PLACE: dict[str, Callable[[str, Path, str], str]] = {
    "remove": _remove,
    "turn": _turn,
    "rename": lambda text, path, word: jobedit.rename_key(text, path, word),
    "up": lambda text, path, word: jobedit.move_section(text, path, down=False),
    "down": lambda text, path, word: jobedit.move_section(text, path, down=True),
}
