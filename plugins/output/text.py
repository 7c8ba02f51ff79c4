"""Bytes of output to text, whatever the borders of the chunks.

decode() is the text as it was written; viewed() what somebody sees who reads it: a progress bar is its last state, and
nothing that a terminal obeys is left but, if wanted, colours.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from plugins.output.escapes import half_at, harmless
from plugins.output.segments import CUT, MXX, Record

LONGEST_HELD = 16 * 1024
"""Bytes of a line that waits for its last state. A progress bar that is longer gets a line for each so many."""

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


def viewed(
    records: list[Record], *, final: bool, colours: bool = False, in_line: bool = False
) -> tuple[str, int]:
    """(text, offset behind what it covers), as decode(). Unless final, a line that is being overwritten and an escape
    that has not ended wait for the next chunk. in_line: the chunk before ended within a line, which was shown."""
    kept = records if final else _without_open_end(records)
    text, used = decode(kept, final=final)
    return harmless(last_states(text, in_line=in_line), colours=colours), used


def last_states(text: str, *, in_line: bool = False) -> str:
    """What a terminal shows at the end of each line that carriage returns overwrote."""
    if "\r" not in text:
        return text
    first, *rest = (line.rstrip("\r") for line in text.split("\n"))
    if in_line and "\r" in first:  # what it overwrites cannot be taken back
        first = f"\n{_last_state(first)}"
    return "\n".join([_last_state(first), *map(_last_state, rest)])


def _last_state(line: str) -> str:
    return line.rpartition("\r")[2]


def _without_open_end(records: list[Record]) -> list[Record]:
    """Without the end of which nobody can say yet how it will look."""
    tail = _tail(records)
    line = tail.rfind(b"\n") + 1
    held = len(tail) - line if b"\r" in tail[line:] else len(tail) - half_at(tail)
    if not held or held > LONGEST_HELD:
        return records
    border = records[-1].end - held
    return [
        record if record.end <= border else record.until(border)
        for record in records
        if record.offset < border
    ]


def _tail(records: list[Record]) -> bytes:
    """The last bytes since a cut, as far as a line may be held."""
    parts: list[bytes] = []
    size = 0
    for record in reversed(records):
        if record.stream == CUT or size > LONGEST_HELD:
            break
        parts.append(record.data)
        size += len(record.data)
    return b"".join(reversed(parts))


def _at_line_start(parts: list[str]) -> bool:
    return next((part.endswith("\n") for part in reversed(parts) if part), True)
