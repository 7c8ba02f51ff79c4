"""Nothing that a page says is left in English by mistake."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import polib
import pytest

from jobs.web.shapes import CONTEXT, SHAPES
from tools.messages import CATALOGUES, gather

ROOT = Path(__file__).resolve().parent.parent.parent
FOUND = sorted(ROOT.glob(CATALOGUES))
NAMED, NUMBERED = re.compile(r"%\((\w+)\)|(%%)|(\$\{\w+\.\w+\})|(</?\w+>)"), re.compile(r"\{\d?\}")
each_catalogue = pytest.mark.parametrize("path", FOUND, ids=lambda path: path.parts[-3])


def holes(text: str) -> set[str]:
    return {"".join(found) for found in NAMED.findall(text)} - {"%%"} | set(NUMBERED.findall(text))


@cache
def everything_said() -> str:
    """Each text that the engine or the app holds, f-strings with a hole where a value stands."""
    texts = []
    for room in ("plugins", "jobs"):
        for path in (ROOT / room).rglob("*.py"):
            if path.name != "shapes.py":
                tree = ast.parse(path.read_text(encoding="utf-8"))
                texts += [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return "\n".join(text for text in texts if isinstance(text, str))


@each_catalogue
def test_the_catalogue_holds_just_what_the_pages_say(path: Path) -> None:
    """Else: make messages."""
    stored = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(path))}
    said = {(entry.msgctxt, entry.msgid) for entry in gather(path)}
    assert (said - stored, stored - said) == (set(), set())


@each_catalogue
def test_every_sentence_is_translated_and_none_is_a_guess(path: Path) -> None:
    entries = polib.pofile(str(path))
    assert [entry.msgid for entry in entries if not entry.translated() or entry.fuzzy] == []


@each_catalogue
def test_a_translation_has_the_values_and_the_markup_of_its_sentence(path: Path) -> None:
    """`%(n)d%(th)s` may lose its `th`, and a plural its number in the singular."""
    wrong = []
    for entry in polib.pofile(str(path)):
        texts = [entry.msgid, entry.msgid_plural]
        allowed = set().union(*map(holes, texts)) - {"th"}
        for told in (entry.msgstr, *entry.msgstr_plural.values()):
            if told and holes(told) - {"th"} != allowed:
                wrong.append((entry.msgid, told))
    assert wrong == []


def test_every_shape_is_still_said_by_somebody() -> None:
    """All its words, and two of them side by side: a shape may join what two places say."""
    gone = []
    for shape in SHAPES:
        words = re.findall(r"[\w'@#!`-]+", re.sub(r"\{\d\}", " ", shape))
        pairs = [f"{one} {other}" for one, other in pairwise(words)]
        if not all(word.rstrip("s'") in everything_said() for word in words) or (
            len(words) > 3 and not any(pair in everything_said() for pair in pairs)
        ):
            gone.append(shape)
    assert gone == []


def test_no_shape_stands_twice() -> None:
    assert len(SHAPES) == len(set(SHAPES))
    assert CONTEXT
