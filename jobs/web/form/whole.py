"""The whole form of a job's text, with each problem at the control that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from jobs import services
from jobs.web.form import policies
from jobs.web.form.fields import Field
from jobs.web.form.params import ParamForm, param_form
from jobs.web.form.policies import Sentence
from jobs.web.form.schedules import ScheduleForm, schedule_form
from jobs.web.form.sections import PluginChoice, SectionForm, choices, section_form
from jobs.web.viewer import Viewer
from plugins import jobfile
from plugins.exceptions import BadInput, Problem
from plugins.joblines import Path
from plugins.jobtext import joined
from plugins.params import read_params

Table = dict[str, Any]
Part = TypeVar("Part", SectionForm, ScheduleForm, ParamForm)


MOST_KEYS, KEYS_OF_A_TABLE = 500, 10
"""A form of more controls takes seconds to draw, and nobody finds anything in it."""


@dataclass(frozen=True)
class Form:
    """readable: False when the text is no TOML, and there is nothing to show. too_long: nor is for a text of that many keys."""

    readable: bool
    about: list[Field] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    limits: list[Field] = field(default_factory=list)
    others: list[Field] = field(default_factory=list)
    params: list[ParamForm] = field(default_factory=list)
    schedules: list[ScheduleForm] = field(default_factory=list)
    sections: list[SectionForm] = field(default_factory=list)
    plugins: list[PluginChoice] = field(default_factory=list)
    too_long: bool = False
    new_param: str = ""
    """The name of one that is not added yet."""
    focus: str = ""
    """Where the keyboard goes on, as focus_after() tells it."""

    def fields(self) -> Iterator[Field]:
        yield from [*self.about, *self.limits, *self.others]
        for sentence in self.sentences:
            yield from (part for part in sentence.parts if isinstance(part, Field))
        for param in self.params:
            yield from param.fields
        for schedule in self.schedules:
            yield from [schedule.trigger, *schedule.fields, *schedule.more]
        for section in self.sections:
            yield from [*section.fields, *section.more]

    def parts(self) -> list[str]:
        """The place of each plugin, schedule and param, as they stand in the form."""
        found = [one.place for one in self.sections]
        found += [one.place for one in self.schedules]
        return found + [one.place for one in self.params]

    def each(self, change: Callable[[Field], Field]) -> Form:
        """With every control changed."""

        def all_of(fields: list[Field]) -> list[Field]:
            return [*map(change, fields)]

        return replace(
            self,
            about=all_of(self.about),
            limits=all_of(self.limits),
            others=all_of(self.others),
            sentences=[one.each(change) for one in self.sentences],
            params=[replace(one, fields=all_of(one.fields)) for one in self.params],
            schedules=[
                replace(one, trigger=change(one.trigger), fields=all_of(one.fields), more=all_of(one.more))
                for one in self.schedules
            ],
            sections=[
                replace(one, fields=all_of(one.fields), more=all_of(one.more)) for one in self.sections
            ],
        )

    def places(self) -> dict[str, Path]:
        """What can be moved or taken out, by its place in the text."""
        paths: list[Path] = [section.path for section in self.sections]
        paths += [schedule.path for schedule in self.schedules]
        paths += [("params", param.name) for param in self.params]
        paths += [one.path for one in self.fields()]
        return {joined(path): path for path in paths}


def config_of(text: str) -> Table | None:
    """None for a text that is no TOML. Of an empty one {}."""
    if not text.strip():
        return {}
    try:
        return jobfile.config_of(text)
    except BadInput:
        return _bare(text)


def _bare(text: str) -> Table | None:
    """What a reader reads, though a job cannot be all of it."""
    from plugins.jobformats import plain, read_toml

    try:
        config = plain(read_toml(text), "", [])
    except BadInput:
        return None
    return config if isinstance(config, dict) else None


def form_of(
    text: str, viewer: Viewer, problems: list[Problem] | None = None, saved: services.Saved | None = None
) -> Form:
    """saved: the schedules of the job whose text this is."""
    if text.count("=") + text.count("[") > 20 * MOST_KEYS:
        return Form(readable=False, too_long=True)  # not worth reading it once more
    config = config_of(text)
    if config is None:
        return Form(readable=False)
    if _size(config) > MOST_KEYS:
        return Form(readable=False, too_long=True)
    table = _table(config, "job")
    form = Form(
        True,
        policies.about(table),
        policies.sentences(table),
        policies.limits(table),
        policies.others(table),
        [param_form(name, declared) for name, declared in _table(config, "params").items()],
        _schedules(config, viewer, saved or {}),
        *_sections(config),
    )
    return with_problems(form, problems) if problems else form


def _size(config: Table) -> int:
    """Tables and the keys in them. A table without keys counts like a few: its plugin's options are shown."""
    tables = [table for key in config for _, table in _instances(config, key)]
    return len(config) + sum(max(len(table), KEYS_OF_A_TABLE) for table in tables)


def _table(config: Table, key: str) -> Table:
    found = config.get(key, {})
    return found if isinstance(found, dict) else {}


def _instances(config: Table, key: str) -> list[tuple[Path, Table]]:
    """`[os]` or each `[[os]]`."""
    value = config.get(key)
    if isinstance(value, dict):
        return [((key,), value)]
    tables = value if isinstance(value, list) else []
    return [((key, index), table) for index, table in enumerate(tables) if isinstance(table, dict)]


def _schedules(config: Table, viewer: Viewer, saved: services.Saved) -> list[ScheduleForm]:
    try:
        params = read_params(_table(config, "params"))
    except BadInput:
        params = {}
    return [
        schedule_form(path, table, params, viewer, saved) for path, table in _instances(config, "schedule")
    ]


def _sections(config: Table) -> tuple[list[SectionForm], list[PluginChoice]]:
    known = services.plugin_catalog()
    found = [
        section_form(path, joined(path), table, known)
        for key in config
        if key not in jobfile.RESERVED
        for path, table in _instances(config, key)
    ]
    if found:
        found[0], found[-1] = replace(found[0], first=True), replace(found[-1], last=True)
        found[0] = replace(found[0], last=len(found) == 1)
    return found, choices(known)


# ---- problems


def with_problems(form: Form, problems: list[Problem]) -> Form:
    told = [(_without_zero(problem.field), problem) for problem in problems]
    form = form.each(lambda one: _of(one, told))
    return replace(form, sections=[_section(one, told) for one in form.sections])


Told = list[tuple[str, Problem]]


def _without_zero(place: str) -> str:
    """`schedule[0].hour` and `schedule.hour` are the same place when there is one table."""
    return place.replace("[0]", "")


def _of(found: Field, told: Told) -> Field:
    mine = _at(found.place, told)
    return replace(found, problems=[*found.problems, *mine]) if mine else found


def _at(place: str, told: Told) -> list[Problem]:
    """Problems of this place and below it."""
    bare = _without_zero(place)
    return [problem for at, problem in told if at == bare or at.startswith((f"{bare}.", f"{bare}["))]


def _section(one: SectionForm, told: Told) -> SectionForm:
    wrong = [found for found in one.more if found.problems]
    known = [problem for found in [*one.fields, *one.more] for problem in found.problems]
    rest = [problem for problem in _at(one.place, told) if problem not in known]
    return replace(
        one,
        fields=[*one.fields, *wrong],
        more=[found for found in one.more if not found.problems],
        problems=rest if not one.trouble else [],
    )
