"""Placeholders in option values: `${params.x}`, `${vars.x}`, `${secret.x}` and `${NAME}` of the run's environment.

Params and vars are known when a run is handed to its keeper and are filled in there; environment and secrets only in
the runner (`complete`). Nothing that was filled in is looked at again: a value that reads `${HOME}` stays that text. So
what is still open travels as parts, never as a text that would have to be scanned a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from plugins.exceptions import BadInput, MxxError, Problem
from plugins.words import near, shown, text_of

SCOPES = ("params", "vars", "secret")
TOKEN = re.compile(r"\$\$\{|\$\{(?P<inner>[^{}]*)(?P<end>\}?)")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MAX_FILLED = 1 << 20
"""Characters that the texts of one section may have once they are filled in."""

Options = dict[str, Any]
Steps = tuple[str | int, ...]
"""Keys and list indexes from a section's options to one text."""


class Place(NamedTuple):
    """What a placeholder stands for; scope "env" is a variable of the run's environment."""

    scope: str
    name: str

    def __str__(self) -> str:
        return f"${{{self.name}}}" if self.scope == "env" else f"${{{self.scope}.{self.name}}}"


Part = str | Place
Blank = tuple[int, Steps, list[Part]]
"""What is left for the runner: number of the plugin, where in its options, and the text's parts."""


class Malformed(MxxError):
    """This is no placeholder."""


@dataclass(frozen=True)
class Hole:
    """One text with placeholders."""

    steps: Steps
    parts: list[Part]

    @property
    def places(self) -> list[Place]:
        return [part for part in self.parts if isinstance(part, Place)]

    @property
    def whole(self) -> Place | None:
        """The placeholder that is the whole text: it keeps its value's type."""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], Place) else None

    @property
    def is_open(self) -> bool:
        """Something in it is only known in the runner."""
        return any(place.scope in ("env", "secret") for place in self.places)


# ---- reading


def holes_of(options: Options, path: str, leave: Collection[Steps] = ()) -> list[Hole]:
    """Every text with placeholders in a section's options, but for those to leave alone.

    Raises BadInput for what is no placeholder."""
    holes: list[Hole] = []
    problems = [_misplaced(field_of(path, steps)) for steps in _names(options, ())]
    for steps, text in _texts(options, ()):
        if steps in leave:
            continue
        try:
            parts = parts_of(text)
        except Malformed as error:
            problems.append(Problem(field_of(path, steps), "placeholder", str(error), '"${params.name}"'))
        else:
            holes.append(Hole(steps, parts))
    if problems:
        raise BadInput(problems)
    return holes


def _misplaced(field: str) -> Problem:
    return Problem(
        field, "placeholder", "placeholders are for values, not for names", 'NAME = "${params.name}"'
    )


def parts_of(text: str) -> list[Part]:
    """A text taken apart. `$${` is a literal `${`. Raises Malformed."""
    parts: list[Part] = []
    literal, at = "", 0
    for match in TOKEN.finditer(text):
        literal += text[at : match.start()]
        at = match.end()
        if match["inner"] is None:
            literal += "${"
            continue
        if literal:
            parts.append(literal)
        parts.append(_place(match["inner"], closed=bool(match["end"])))
        literal = ""
    literal += text[at:]
    return [*parts, literal] if literal or not parts else parts


def _place(inner: str, *, closed: bool) -> Place:
    said = shown(f"${{{inner}" + ("}" if closed else ""))
    if not closed:
        raise Malformed(f"{said} is not closed with }}")
    if VARIABLE.fullmatch(inner):
        return Place("env", inner)
    scope, dot, name = inner.partition(".")
    if dot and name and scope in SCOPES:
        return Place(scope, name)
    meant = near(scope, SCOPES) if dot and name else None
    hint = f"did you mean ${{{meant}.{name[:100]}}}?" if meant else "write $${ where ${ is meant as it stands"
    raise Malformed(f"{said} is no placeholder: {hint}")


def _texts(value: Any, steps: Steps) -> Iterator[tuple[Steps, str]]:
    if isinstance(value, str):
        if "${" in value:
            yield steps, value
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(inner, (*steps, step))


def _names(value: Any, steps: Steps) -> Iterator[Steps]:
    """Tables' keys that hold `${`."""
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(step, str) and "${" in step:
                yield (*steps, step)
            yield from _names(inner, (*steps, step))


def field_of(path: str, steps: Steps) -> str:
    return path + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


# ---- filling in


def filled(
    options: Options,
    holes: Iterable[Hole],
    lookup: Callable[[Place], Any],
    fit: Callable[[Steps, Any], Any] = lambda _, value: value,
) -> tuple[Options, list[tuple[Steps, list[Part]]]]:
    """The options with every value that lookup gives, and the texts that stay open: there each open placeholder still
    reads as it was written. fit(steps, value): the value of a whole placeholder as its place takes it.

    Raises MxxError when it grows too large."""
    result, blanks, size = _copied(options), [], 0
    for hole in holes:
        if hole.whole and not hole.is_open:
            value = fit(hole.steps, lookup(hole.whole))
            size += len(value) if isinstance(value, str) else 0
        else:
            parts = _known(hole, lookup)
            value = "".join(map(str, parts))
            size += len(value)
            if hole.is_open:
                blanks.append((hole.steps, parts))
        if size > MAX_FILLED:
            raise MxxError(f"its texts are larger than {MAX_FILLED >> 20} MiB once they are filled in")
        _put(result, hole.steps, value)
    return result, blanks


def _copied(value: Any) -> Any:
    """Of plain data; copy.deepcopy takes ten times as long."""
    if isinstance(value, dict):
        return {name: _copied(inner) for name, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _known(hole: Hole, lookup: Callable[[Place], Any]) -> list[Part]:
    return [
        text_of(lookup(part)) if isinstance(part, Place) and part.scope in ("params", "vars") else part
        for part in hole.parts
    ]


def complete(
    plugins: Iterable[tuple[str, str, Options]],
    blanks: Iterable[Any],
    environment: Mapping[str, str],
    secrets: Mapping[str, str],
) -> None:
    """In the runner: fill the blanks, in place. Raises MxxError for a variable or a secret that is not there."""
    calls = list(plugins)
    for number, steps, parts in blanks:
        instance, _, options = calls[number]
        found = [
            part if isinstance(part, str) else _opened(Place(*part), environment, secrets, instance)
            for part in parts
        ]
        _put(options, steps, "".join(found))


def _opened(place: Place, environment: Mapping[str, str], secrets: Mapping[str, str], instance: str) -> str:
    value = (secrets if place.scope == "secret" else environment).get(place.name)
    if value is not None:
        return value
    if place.scope == "secret":
        raise MxxError(f"[{instance}] cannot be built: {no_secret(place.name)}")
    raise MxxError(
        f"[{instance}] cannot be built: {place} is not in the environment of the run"
        f" (write $${{{place.name}}} for the text as it stands)"
    )


def _put(options: Any, steps: Iterable[str | int], value: Any) -> None:
    *outer, last = steps
    for step in outer:
        options = options[step]
    options[last] = value


def no_secret(name: str, known: Collection[str] = ()) -> str:
    meant = near(name, known)
    return f"there is no secret called {shown(name)}" + (f": did you mean {meant}?" if meant else "")


def secrets_in(blanks: Iterable[Blank]) -> set[str]:
    """The secrets that these texts name."""
    places = [part for _, _, parts in blanks for part in parts if isinstance(part, Place)]
    return {place.name for place in places if place.scope == "secret"}
