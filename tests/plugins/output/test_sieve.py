"""The sieve only saves time: it never misses what is to be masked."""

from __future__ import annotations

import pytest

from plugins.output.sieve import LONG, SMALL, STRIDE, WORD, Sieve

TEXTS = [bytes(range(first, first + LONG)) for first in range(100, 120)] + [b"short"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_found_wherever_it_begins(text: bytes) -> None:
    sieve = Sieve(TEXTS)
    for before in range(SMALL, SMALL + STRIDE * WORD + 1):
        assert text in sieve.candidates(b"." * before + text)


def test_a_chunk_with_none_of_them_is_looked_through_for_the_short_ones_alone() -> None:
    assert Sieve(TEXTS).candidates(b"." * SMALL) == [b"short"]


def test_a_few_texts_are_looked_for_one_by_one() -> None:
    assert Sieve(TEXTS[:3]).candidates(b"." * SMALL) == TEXTS[:3]
