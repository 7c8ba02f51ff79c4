"""Bytes of output to text, without breaking characters over chunk borders."""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from plugins.output.segments import CUT, MXX, Record


def decode(records: Iterable[Record], *, final: bool) -> tuple[str, int]:
    """(text, offset behind what the text covers). Undecodable bytes become U+FFFD.

    Streams are decoded apart, so an error line never breaks a character of the output. Unless final, an
    incomplete character at the end is left out, for the next chunk to begin with. MXX's own lines stand on
    lines of their own, behind "[mxx] ".
    """
    decoders: dict[tuple[int, int], codecs.IncrementalDecoder] = {}
    parts: list[str] = []
    used, last = 0, None
    for record in records:
        used = record.end
        if record.stream == CUT:
            parts.append(f"\n[... {record.dropped} bytes cut ...]\n")
            continue
        last = record
        if record.stream == MXX and parts and not parts[-1].endswith("\n"):
            parts.append("\n")
        if record.stream == MXX:
            parts.append("[mxx] ")
        source = (record.stream, record.launch)
        decoder = decoders.setdefault(source, codecs.getincrementaldecoder("utf-8")("replace"))
        parts.append(decoder.decode(record.data))
    if last is None:
        return "".join(parts), used
    if final:
        parts += [decoder.decode(b"", True) for decoder in decoders.values()]
        return "".join(parts), used
    pending, _ = decoders[(last.stream, last.launch)].getstate()
    return "".join(parts), used - len(pending)
