"""Bytes of output to text, without breaking characters over chunk borders."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from plugins.output.segments import CUT, MXX, Record

Source = tuple[int, int]
"""Stream and launch."""


def decode(records: Iterable[Record], *, final: bool) -> tuple[str, int]:
    """(text, offset behind what the text covers). Undecodable bytes become U+FFFD.

    Streams are decoded apart, so an error line never breaks a character of the output. Unless final, an
    incomplete character at the end is left out, for the next chunk to begin with. MXX's own lines stand on
    lines of their own, behind "[mxx] ".
    """
    decoders: dict[Source, codecs.IncrementalDecoder] = {}
    parts: list[str] = []
    used, last = 0, None
    for record in records:
        used = record.end
        if record.stream == CUT:
            parts.append(f"\n[... {record.dropped} bytes cut ...]\n")
            continue
        last = (record.stream, record.launch)
        decoder = decoders.setdefault(last, codecs.getincrementaldecoder("utf-8")("replace"))
        if record.stream == MXX and not record.continued:
            parts.append("[mxx] " if _at_line_start(parts) else "\n[mxx] ")
        parts.append(decoder.decode(record.data))
    if final:
        parts += [decoder.decode(b"", True) for decoder in decoders.values()]
    elif last:
        used -= len(decoders[last].getstate()[0])
    return "".join(parts), used


def _at_line_start(parts: list[str]) -> bool:
    return next((part.endswith("\n") for part in reversed(parts) if part), True)
