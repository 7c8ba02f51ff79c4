"""Which of many texts may stand in a chunk, without a look for each: a key of 27 lines is 176 texts to mask."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property

WORD = 8
STRIDE = 2
"""Every so manieth word of a chunk is looked at."""
LONG = STRIDE * WORD + WORD - 1
"""Bytes of a text that covers one of those words, wherever it begins."""
WORTH_IT = 8
"""Long texts that are looked for faster together."""
SMALL = 4096
"""Bytes of a chunk that is looked through at once for each text."""


class Sieve:
    """Never misses a text; that it names some in vain costs time."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        long = [text for text in texts if len(text) >= LONG]
        self.all = texts
        self._long = long if len(long) > WORTH_IT else []
        self._others = [text for text in texts if len(text) < LONG]

    def candidates(self, chunk: bytes) -> Sequence[bytes]:
        """The texts that it may hold."""
        if not self._long or len(chunk) < SMALL:
            return self.all
        whole = memoryview(chunk)[: len(chunk) // WORD * WORD]
        return self._others if self._words.isdisjoint(whole.cast("Q")[::STRIDE]) else self.all

    @cached_property
    def _words(self) -> frozenset[int]:
        """Every word in every long text: at each of its bytes the chunk's words may begin. 3 ms for such a key."""
        return frozenset(
            int.from_bytes(text[at : at + WORD], sys.byteorder)
            for text in self._long
            for at in range(len(text) - WORD + 1)
        )
