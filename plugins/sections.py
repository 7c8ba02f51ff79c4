"""One section of a job file -> one checked plugin call. With placeholders: tried out on save, filled in for each run."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from plugins import registry
from plugins.builtin.os_exec import OsCommand, split
from plugins.exceptions import BadInput, Problem
from plugins.jobfile import Section
from plugins.options import DURATION, Option, check_options, in_words
from plugins.params import WORDS, Param
from plugins.substitution import (
    TOKEN,
    Hole,
    Options,
    Part,
    Place,
    Steps,
    field_of,
    filled,
    holes_of,
    no_secret,
)
from plugins.words import kind, near, shown, text_of

Schema = dict[str, Any]
SECRETS = "/settings/secrets/#"
"""Where they are set, as an example of how to mend it."""

SHELLS = frozenset(["sh", "bash", "dash", "zsh", "ksh", "fish", "ash", "cmd", "powershell", "pwsh"])
COMMANDS = ("cmd", "command")
"""Options that hold a command: only in these may there be a text for a shell."""
SAMPLES: dict[str, Any] = {"str": "text", "int": 1, "float": 1.0, "bool": True, "duration": 1}
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


@dataclass(frozen=True)
class PluginCall:
    """One plugin instance of a job, its options checked, coerced and plain.

    template: where the section has placeholders; `options` is then what they give with the params' defaults."""

    instance: str
    key: str
    options: dict[str, Any]
    template: Template | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Declared:
    """What the placeholders of a job file may name."""

    params: Mapping[str, Param]
    vars: Mapping[str, Any]
    secrets: Collection[str] | None = None
    """None: not known here, so none is refused."""

    def sample(self, place: Place) -> Any:
        """A value to try the section out with: the default, else one of the right type."""
        if place.scope == "vars":
            return self.vars[place.name]
        param = self.params[place.name]
        if param.default is not None:
            return param.value(param.default, "")
        return param.value(param.choices[0], "") if param.choices else SAMPLES[param.type]

    def is_certain(self, place: Place) -> bool:
        """Its value is known on save: that of a var, or a default to try."""
        return place.scope == "vars" or (
            place.scope == "params" and self.params[place.name].default is not None
        )


def read_section(section: Section, description: registry.Description, declared: Declared) -> PluginCall:
    """Raises BadInput with every problem of the section."""
    template = Template.of(section, description)
    if not template.holes:
        options = checked_options(section.key, description.options, section.options, section.path)
        return PluginCall(section.instance, section.key, options)
    return PluginCall(section.instance, section.key, template.try_out(declared), template)


def checked_options(
    key: str, signature: list[Option], options: Options, path: str, unknown: Collection[str] = ()
) -> Options:
    """By their types, then by the plugin's own check. unknown: options whose real values are not known yet."""
    plain, problems = options, []
    try:
        plain = check_options(key, signature, options, path)
    except BadInput as error:
        problems = error.problems
    else:
        problems = [
            Problem(f"{path}.{option}" if option else path, "value", message, example)
            for option, message, example in _own_check(key, plain)
        ]
    fields = [f"{path}.{option}" for option in unknown]
    if problems := [one for one in problems if not any(_lies_in(one.field, field) for field in fields)]:
        raise BadInput(problems)
    return plain


def _own_check(key: str, options: Options) -> list[tuple[str, str, str]]:
    """What a built-in says of its options; a custom one is asked in the runner, where its code may run."""
    return registry.load(key).check(options) if key in registry.modules() else []


def _lies_in(field: str, outer: str) -> bool:
    return field == outer or field.startswith((f"{outer}.", f"{outer}["))


@dataclass(frozen=True)
class Template:
    """A section as it was written, and where its placeholders are."""

    key: str
    path: str
    signature: list[Option]
    options: Options
    holes: list[Hole]

    @classmethod
    def of(cls, section: Section, description: registry.Description) -> Template:
        """Raises BadInput for a malformed placeholder, and for one in the text of a shell."""
        asked = next((option.default for option in description.options if option.name == "shell"), False)
        shell = bool(section.options.get("shell", asked))
        options = section.options if shell else _in_words(section, section.options)
        shell_texts = _shell_texts(options, shell)
        if problems := [problem for steps in shell_texts for problem in _in_shell(options, steps, section)]:
            raise BadInput(problems)
        holes = holes_of(options, section.path, leave=shell_texts)
        return cls(section.key, section.path, description.options, options, holes)

    def try_out(self, declared: Declared) -> Options:
        """On save: raises BadInput for what can be seen to be wrong before any value is given."""
        problems = [
            Problem(field_of(self.path, hole.steps), "placeholder", message, example)
            for hole in self.holes
            for place in hole.places
            for message, example in _wrong(place, declared, hole)
        ]
        if problems:
            raise BadInput(problems)
        if problems := [problem for hole in self.holes for problem in self._wrong_type(hole, declared)]:
            raise BadInput(problems)
        unknown = {hole.steps[0] for hole in self.holes if not all(map(declared.is_certain, hole.places))}
        return self._checked(declared.sample, map(str, unknown))[0]

    def fill(
        self, params: Mapping[str, Any], given: Mapping[str, Any]
    ) -> tuple[Options, list[tuple[Steps, list[Part]]]]:
        """For a run with these params and vars: (checked options, what is left for the runner). Raises MxxError."""
        scopes = {"params": params, "vars": given}
        unknown = {str(hole.steps[0]) for hole in self.holes if hole.is_open}
        return self._checked(lambda place: scopes[place.scope][place.name], unknown)

    def _checked(
        self, lookup: Callable[[Place], Any], unknown: Iterable[str]
    ) -> tuple[Options, list[tuple[Steps, list[Part]]]]:
        options, blanks = filled(self.options, self.holes, lookup, self._fit)
        return checked_options(self.key, self.signature, options, self.path, list(unknown)), blanks

    # ---- types

    def _fit(self, steps: Steps, value: Any) -> Any:
        """A number where only texts fit is written out, as in `cmd = ["seq", "${params.count}"]`."""
        schema = self._schema_at(steps)
        if (
            json_kinds(schema) & _kinds_of(value)
            or not _takes_texts(schema)
            or isinstance(value, list | dict)
        ):
            return value
        return text_of(value)

    def _schema_at(self, steps: Steps) -> Schema:
        schema = next((option.type for option in self.signature if option.name == steps[0]), {})
        for step in steps[1:]:
            outer, word = ("array", "items") if isinstance(step, int) else ("object", "additionalProperties")
            members = schema.get("anyOf", [schema])
            inner: Schema = next((one for one in members if one.get("type") == outer), {})
            schema = inner.get(word, {})
        return schema

    def _wrong_type(self, hole: Hole, declared: Declared) -> Iterator[Problem]:
        """Of values that are not known yet: whether their type can fit at all."""
        schema = self._schema_at(hole.steps)
        if hole.is_open and not _takes_every_text(schema):
            told = f"{hole.places[0]} is a text that is only known in the run"
        elif hole.whole and not hole.is_open and not declared.is_certain(hole.whole):
            sample = declared.sample(hole.whole)
            if json_kinds(schema) & _kinds_of(sample) or _takes_texts(schema):
                return
            told = f"{hole.whole} is {WORDS[declared.params[hole.whole.name].type]}"
        else:
            return
        message = f"must be {in_words(schema)}, and {told}"
        yield Problem(field_of(self.path, hole.steps), "type", message, '"${params.name}"')


def json_kinds(schema: Schema) -> set[str]:
    """The JSON types that may stand there."""
    if "anyOf" in schema:
        return set().union(*(json_kinds(member) for member in schema["anyOf"]))
    if "enum" in schema:
        return set().union(*(_kinds_of(member) for member in schema["enum"]))
    if "type" not in schema:
        return {"string", "integer", "number", "boolean", "array", "object"}
    return set(schema["type"]) if isinstance(schema["type"], list) else {schema["type"]}


def _kinds_of(value: Any) -> set[str]:
    kind_of_value = TYPES[type(value)]
    return {"integer", "number"} if kind_of_value == "integer" else {kind_of_value}


def _takes_texts(schema: Schema) -> bool:
    """Texts as such, not only those that spell a duration."""
    members = schema.get("anyOf", [schema])
    return any("string" in json_kinds(member) and member != DURATION for member in members)


def _takes_every_text(schema: Schema) -> bool:
    members = schema.get("anyOf", [schema])
    return any(not member or member.get("type") == "string" for member in members)


# ---- what a placeholder may name


def _wrong(place: Place, declared: Declared, hole: Hole) -> Iterator[tuple[str, str]]:
    """(what is wrong, an example)"""
    if place.scope == "secret" and declared.secrets is not None and place.name not in declared.secrets:
        yield no_secret(place.name, declared.secrets), f"{SECRETS}{place.name[:100]}"
    elif place.scope == "params" and place.name not in declared.params:
        yield (
            f"{place}: {_unknown(place.name, declared.params)} in [params]",
            _declaration("params", place.name),
        )
    elif place.scope == "params" and declared.params[place.name].can_be_missing:
        yield f"{place} may be left out by whoever starts the job: give it a default", 'default = ""'
    elif place.scope == "vars" and place.name not in declared.vars:
        yield f"{place}: {_unknown(place.name, declared.vars)} in [vars]", _declaration("vars", place.name)
    elif place.scope == "vars" and not hole.whole and isinstance(declared.vars[place.name], list | dict):
        yield f"{place} is {kind(declared.vars[place.name])}: it can only stand alone", f'"{place}"'


def _unknown(name: str, known: Mapping[str, Any]) -> str:
    meant = near(name, known)
    return f"{shown(name)} is not declared" + (f" (did you mean {meant}?)" if meant else "")


def _declaration(table: str, name: str) -> str:
    return f'[{table}]\n{name[:100]} = "value"'


# ---- commands


def _in_words(section: Section, options: Options) -> Options:
    """A command line with placeholders is split before they are filled in: a value never becomes a second word."""
    cmd = options.get("cmd")
    if section.key != OsCommand.name or not isinstance(cmd, str) or "${" not in cmd:
        return options
    if found := OsCommand.check({"cmd": cmd}):
        raise BadInput(
            Problem(f"{section.path}.{name}", "value", message, example) for name, message, example in found
        )
    return {**options, "cmd": split(cmd)}


def _shell_texts(options: Options, shell: bool) -> list[Steps]:
    """Where a text for a shell stands: `${...}` in it is the shell's own, and a value in it would be run as commands."""
    found: list[Steps] = []
    for name in COMMANDS:
        value = options.get(name)
        if isinstance(value, str) and shell:
            found.append((name,))
        elif isinstance(value, list):
            found += [(name, index) for index in _scripts(value)]
    return found


def _scripts(words: list[Any]) -> Iterator[int]:
    """Of `["sh", "-c", "..."]` and its like: where the script stands, and what is read with it."""
    shell = ""
    for index, word in enumerate(words):
        if not isinstance(word, str):
            return
        if shell and re.fullmatch(r"-[a-z]*c|-command|/c|/k", word.lower()):
            takes_all = shell in ("cmd", "powershell", "pwsh")
            yield from range(index + 1, len(words) if takes_all else min(index + 2, len(words)))
            return
        name = PurePath(word.replace("\\", "/")).name.lower().removesuffix(".exe")
        shell = name if name in SHELLS else shell


def _in_shell(options: Options, steps: Steps, section: Section) -> Iterator[Problem]:
    text: Any = options
    for step in steps:
        text = text[step]
    if not isinstance(text, str):
        return
    for match in TOKEN.finditer(text):
        scope, _, name = (match["inner"] or "").partition(".")
        if scope in ("params", "vars", "secret") and name:
            message = (
                f"{match[0]} in a text for a shell: its value could be run as commands. {_mended(scope)}"
            )
            example = _as_variable(text, match, scope, name)
            yield Problem(field_of(section.path, steps), "placeholder", message, example)


def _mended(scope: str) -> str:
    if scope == "params":
        return "Every param is in the environment already"
    return "Put it into the environment with `env` and name it there"


def _as_variable(text: str, match: re.Match[str], scope: str, name: str) -> str:
    """The text with the variable in its place, in quotes of its own where it is not inside some already."""
    variable = f"$MXX_PARAM_{name.upper()}" if scope == "params" else f"${name.upper()}"
    quoted = variable if text[: match.start()].count('"') % 2 else f'"{variable}"'
    mended = shown(text[: match.start()] + quoted + text[match.end() :])
    return mended if scope == "params" else f'{mended} with env = {{ {name.upper()} = "{match[0]}" }}'
