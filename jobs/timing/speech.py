"""In which language times are told: plain English, unless a page asks for its reader's.

What is stored and what programs read is English, so nothing but `spoken` around the very call changes that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Translate = Callable[[str], str]


def _as_it_stands(text: str) -> str:
    return text


_translate: ContextVar[Translate] = ContextVar("translate", default=_as_it_stands)


@contextmanager
def spoken(translate: Translate) -> Iterator[None]:
    """What is told within is told in the words that `translate` has for the English ones."""
    token = _translate.set(translate)
    try:
        yield
    finally:
        _translate.reset(token)


def say(text: str, /, **values: object) -> str:
    """A text with %(named)s values; `make messages` finds it here."""
    return _translate.get()(text) % values


def noted(text: str) -> str:
    """Marks a word for the translators that is said later, by a variable."""
    return text


def all_of(words: Iterable[str]) -> str:
    """`a, b and c`."""
    *most, last = words
    return say("%(most)s and %(last)s", most=say(", ").join(most), last=last) if most else last


def any_of(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *most, last = words
    return say("%(most)s or %(last)s", most=say(", ").join(most), last=last) if most else last


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
