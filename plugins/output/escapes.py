"""What a terminal would obey, taken out of text: of all escapes only colours (SGR) may stay."""

from __future__ import annotations

import re

ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)(?P<sgr>[0-9;:]*)m"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*(?:[@-~]|$)"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c|(?=\n)|$)"
    r"|\x1b[ -/]*(?:[0-~]|$)?"
)
HALF = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b\n]*\x1b?|[PX^_][^\x1b\n]*\x1b?|[ -/]*)\Z")
"""An escape whose end may still come."""
LONGEST = 4096
"""Bytes that such an escape may have."""

# Shown instead of obeyed: C0 and C1 controls, and the marks that would turn the reading direction around.
_CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_CONTROLS |= {0x7F: 0x2421} | dict.fromkeys(range(128, 160), 65533)
_MARKS = {
    code: f"[U+{code:04X}]"
    for code in (0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
HARMLESS: dict[int, int | str] = {**_CONTROLS, **_MARKS}
"""For str.translate: nothing but text, tabs and newlines is left."""
_WITH_RETURNS = {code: shown for code, shown in HARMLESS.items() if code != 0x0D}


def harmless(text: str, *, colours: bool = False, returns: bool = False) -> str:
    """The visible text; its colours and its carriage returns stay if wanted, everything else that is obeyed goes."""
    table = _WITH_RETURNS if returns else HARMLESS
    parts: list[str] = []
    position = 0
    for escape in ESCAPE.finditer(text):
        parts.append(text[position : escape.start()].translate(table))
        if colours and escape["sgr"] is not None:
            parts.append(f"\x1b[{escape['sgr']}m")
        position = escape.end()
    return "".join(parts) + text[position:].translate(table)


def half_at(data: bytes) -> int:
    """Where an escape begins that has not ended; the length when there is none."""
    found = HALF.search(data, max(0, len(data) - LONGEST))
    return found.start() if found else len(data)
