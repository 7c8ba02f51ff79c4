"""Secrets to "***", before a byte of them reaches the disk.

A secret is looked for as it is and as programs like to write it: JSON-escaped, URL-quoted, in base64; each of its lines by
itself. One of less than SHORTEST characters is not looked for: every log would be full of stars.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, AnyStr
from urllib.parse import quote, quote_plus

from plugins.output.sieve import Sieve

SHORTEST = 4
"""Characters of a secret that is masked, and of the beginning of one that waits for the rest however long it takes."""
SHORTEST_BASE64 = 6
STARS = "***"

Span = tuple[int, int]


class Mask:
    """For the secrets of one run. False when there is nothing to mask: then it costs nothing to ask it."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        texts = {text for secret in secrets for part in _parts(secret) for text in _written(part)}
        self._texts = sorted(texts)

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve([text.encode(errors="surrogatepass") for text in self._texts])

    def __bool__(self) -> bool:
        return bool(self._texts)

    def text(self, text: str) -> str:
        """Also without the beginning of a secret at its end: somebody may have shortened it."""
        if not self._texts:
            return text
        border = _open_end(text, self._texts)
        cut = [(border, len(text))] if len(text) - border >= SHORTEST else []
        parts, reached = [], 0
        for start, end in _joined(sorted(_found(text, self._texts) + cut)):
            parts += [text[reached:start], STARS]
            reached = end
        return "".join(parts) + text[reached:]

    def inside(self, value: Any) -> Any:
        """The same JSON-able value with every text in it masked; keys stay."""
        if not self._texts:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.inside(one) for key, one in value.items()}
        return [self.inside(one) for one in value] if isinstance(value, list | tuple) else value

    def stream(self) -> MaskedStream:
        return MaskedStream(self._sieve)


class MaskedStream:
    """Bytes in, masked bytes out, wherever the chunks were cut. What may be the beginning of a secret is held back."""

    def __init__(self, sieve: Sieve) -> None:
        self._sieve = sieve
        self._held = b""
        self._given = 0
        """How many of the held bytes are out already, as they are or as stars."""
        self._starred = 0
        """How many of those are stars: a secret that reaches on from there gets no second ones."""

    @property
    def waits(self) -> bool:
        """Whether settle() would give something."""
        return self._given < len(self._held) < SHORTEST

    def feed(self, data: bytes) -> bytes:
        data = self._held + data if self._held else data
        border = _open_end(data, self._sieve.all)
        spans = _found(data, self._sieve.candidates(data), self._starred)
        if not spans and border == len(data) and not self._given:
            self._held = b""
            return data
        return self._up_to(border, data, spans)

    def settle(self) -> bytes:
        """Nothing came for a while: what is too short to tell it from chance is given, and remembered: should a secret
        come of it, its first letters were all that was shown."""
        if not self.waits:
            return b""
        given, self._given = self._held[self._given :], len(self._held)
        return given

    def finish(self) -> bytes:
        """At the end of the output: even the beginning of a secret is not shown, unless it is too short to tell."""
        rest, self._held, self._given, self._starred = self._held[self._given :], b"", 0, 0
        return rest if len(rest) < SHORTEST else STARS.encode()

    def _up_to(self, border: int, data: bytes, spans: list[Span]) -> bytes:
        parts, reached, starred = [], self._given, 0
        for start, end in spans:
            goes_on = self._starred and not start
            if start >= border and not goes_on:
                break
            if not goes_on:
                parts += [data[reached:start], STARS.encode()]
            reached, starred = max(reached, end), end
        parts.append(data[reached:border])
        self._held = data[border:]
        self._given, self._starred = max(reached - border, 0), max(starred - border, 0)
        return b"".join(parts)


def _found(text: AnyStr, needles: Iterable[AnyStr], starred: int = 0) -> list[Span]:
    """Where they stand, those that overlap as one; the first `starred` characters count as one, too."""
    spans = [(0, starred)] if starred else []
    for needle in needles:
        position = text.find(needle)
        while position >= 0:
            spans.append((position, position + len(needle)))
            position = text.find(needle, position + 1)
    return _joined(sorted(spans)) if len(spans) > 1 else spans


def _joined(spans: list[Span]) -> list[Span]:
    joined = spans[:1]
    for start, end in spans[1:]:
        if start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _open_end(data: AnyStr, needles: Iterable[AnyStr]) -> int:
    """Where the end begins that some needle begins with; the length when none does."""
    found = len(data)
    for needle in needles:
        position = data.find(needle[:1], max(len(data) - len(needle) + 1, 0), found)
        while position >= 0:
            if needle.startswith(data[position:]):
                found = position
                break
            position = data.find(needle[:1], position + 1, found)
    return found


def _parts(secret: str) -> Iterator[str]:
    """Each line, because a log may show it on a line of its own; a text of short lines only as a whole."""
    lines = [line.strip() for line in secret.splitlines()]
    yield from (line for line in lines if len(line) >= SHORTEST)
    if any(len(line) < SHORTEST for line in lines) and len(secret.strip()) >= SHORTEST:
        yield secret.strip()


def _written(text: str) -> Iterator[str]:
    """As programs write it."""
    yield text
    yield from (json.dumps(text, ensure_ascii=only_ascii)[1:-1] for only_ascii in (True, False))
    raw = text.encode(errors="surrogatepass")
    for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield from (quoted, re.sub("%..", lambda found: found[0].lower(), quoted))
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield from (found for found in _in_base64(raw, encode) if len(found) >= SHORTEST_BASE64)


def _in_base64(raw: bytes, encode: Callable[[bytes], bytes]) -> Iterator[str]:
    """The characters that depend on nothing but the secret, wherever it begins in what is encoded: `user:secret`."""
    for before in range(3):
        bits = 8 * (before + len(raw))
        yield encode(bytes(before) + raw).decode()[-(-8 * before // 6) : bits // 6]
