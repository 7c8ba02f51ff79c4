"""Small changes of a job's TOML text that leave everything else as it was written: comments, order, spaces.

Each function takes a text that a reader can read and gives a new one. What cannot be changed without a risk to the rest
(a section in several pieces, a table written inline) is refused with a sentence: the text itself can always be edited.
"""

from __future__ import annotations

import tomllib
from typing import Any

from plugins.exceptions import BadInput, Problem
from plugins.jobformats import CONTROL, toml_key, toml_value
from plugins.joblines import Path
from plugins.jobtext import Block, Entry, JobText, joined, read
from plugins.words import RESERVED

FIRST = ("job", "params", "vars")
"""Tables that stand above the plugins."""


def literal(value: Any, before: str = "") -> str:
    """The value as TOML. before: how it was written; a text in single quotes stays in single quotes."""
    if not isinstance(value, str) or "'" in value or "\n" in value or CONTROL.search(value):
        return toml_value(value)
    single = before.startswith("'") and not before.startswith("'''")
    return f"'{value}'" if single or "\\" in value else toml_value(value)


def set_value(text: str, path: Path, value: Any) -> str:
    """Give the key at this path a value; its table is made when it is not there. Raises BadInput."""
    there = read(text)
    entry = there.entry(path)
    if entry is not None:
        before = text[entry.value.start : entry.value.end]
        return _checked(
            text, _spliced(text, entry.value.start, entry.value.end, literal(value, before)), path
        )
    if there.is_header(path):
        return set_value(remove_value(text, path), path, value)
    pair = f"{toml_key(str(path[-1]))} = {literal(value)}"
    return _checked(text, _with_pair(there, path[:-1], pair), path)


def remove_value(text: str, path: Path) -> str:
    """Without this key, or this `[table.within]`; the same text when there is none. Raises BadInput."""
    there = read(text)
    entry = there.entry(path)
    if entry is not None:
        return _checked(text, _without(there, entry), path)
    if there.is_header(path):
        name = joined(path)
        gone = [block for block in there.blocks() if block.name == name]
        return _checked(text, _without_blocks(text, gone), path)
    return text


def rename_key(text: str, path: Path, name: str) -> str:
    """The same value under another name. Raises BadInput."""
    there = read(text)
    entry = there.entry(path)
    if entry is None:
        raise _beyond(path)
    end = len(text[entry.key : text.index("=", entry.key)].rstrip()) + entry.key
    return _checked(text, _spliced(text, entry.key, end, toml_key(name)), path)


def add_section(text: str, key: str, values: dict[str, Any]) -> str:
    """One more table of this name, `[key]` or `[[key]]`: plugins behind the last plugin, others at the end."""
    there = read(text)
    blocks = there.blocks()
    of_key = [block for block in blocks if block.path[0] == key]
    if not of_key and f"{key}" in there.places:
        raise _beyond((key,))
    if len(of_key) and of_key[0].path == (key,):
        return add_section(_as_list(there, of_key), key, values)
    brackets = ("[[", "]]") if of_key else ("[", "]")
    lines = [f"{brackets[0]}{toml_key(key)}{brackets[1]}"]
    lines += [f"{toml_key(name)} = {literal(value)}" for name, value in values.items()]
    place = _place_for(key, blocks, len(text))
    return _checked(text, _with_block(text, place, "\n".join(lines)), (key,))


def remove_section(text: str, path: Path) -> str:
    """Without this table and the comments that touch it. Raises BadInput."""
    gone = [block for block in read(text).blocks() if block.path == path]
    if not gone:
        raise _beyond(path)
    return _checked(text, _without_blocks(text, gone), path)


def move_section(text: str, path: Path, down: bool) -> str:
    """Change places with the plugin before or behind it; the same text at either end. Raises BadInput."""
    there = read(text)
    blocks = there.blocks()
    sections = [block.path for block in blocks if block.own and block.path[0] not in RESERVED]
    if path not in sections:
        raise _beyond(path)
    wanted = _moved(sections, path, down)
    if wanted == sections:
        return text
    slots = [block for block in blocks if block.path[0] not in RESERVED]
    pieces = [block for of in wanted for block in slots if block.path == of]
    if len(pieces) < len(slots):  # a `[table.within]` of no section
        raise _beyond(path)
    return _checked(text, _rearranged(text, slots, pieces), path)


def _moved(sections: list[Path], path: Path, down: bool) -> list[Path]:
    """Tables of one plugin stay together: the first and last of them move all."""
    step = 1 if down else -1
    at = sections.index(path)
    if not 0 <= at + step < len(sections):
        return sections
    if sections[at + step][0] == path[0]:
        moved = list(sections)
        moved[at], moved[at + step] = moved[at + step], moved[at]
        return moved
    keys = list(dict.fromkeys(section[0] for section in sections))
    place = keys.index(path[0])
    if not 0 <= place + step < len(keys):
        return sections
    keys[place], keys[place + step] = keys[place + step], keys[place]
    return [section for key in keys for section in sections if section[0] == key]


# ---- pieces of text


def _spliced(text: str, start: int, end: int, by: str) -> str:
    return text[:start] + by + text[end:]


def _without(there: JobText, entry: Entry) -> str:
    """The whole line, if nothing else stands on it; one comma within an inline table."""
    text = there.text
    start, end = there.line_start(entry.key), there.line_end(entry.value.end)
    before, behind = text[start : entry.key], text[entry.value.end : end]
    if not before.strip() and not behind.split("#", 1)[0].strip():
        return text[:start] + text[end:]
    rest = text[entry.value.end :]
    if rest.lstrip(" \t").startswith(","):
        return text[: entry.key] + rest.lstrip(" \t")[1:].lstrip(" \t")
    return text[: entry.key].rstrip().removesuffix(",").rstrip() + rest


def _with_pair(there: JobText, table: Path, pair: str) -> str:
    text = there.text
    if not table:
        blocks = there.blocks()
        return _below_values(there, 0, blocks[0].start if blocks else len(text), pair)
    entry = there.entry(table)
    if entry is not None:
        return _in_inline(there, table, entry, pair)
    name = joined(table)
    for block in there.blocks():
        if block.name == name:
            return _below_values(there, block.header, block.gap, pair)
    if len(table) == 1 and name not in there.places:
        return _with_block(text, _place_for(name, there.blocks(), len(text)), f"[{toml_key(name)}]\n{pair}")
    if len(table) == 2 and there.is_header(table[:1]):
        head, name = f"[{toml_key(str(table[0]))}.{toml_key(str(table[1]))}]", str(table[0])
        block = next(block for block in there.blocks() if block.path == table[:1])
        return _with_block(text, block.end, f"{head}\n{pair}")
    raise _beyond(table)


def _below_values(there: JobText, start: int, end: int, pair: str) -> str:
    """Below the last value between these offsets, else below the header there."""
    text = there.text
    last = there.last_value_end(start, end)
    if last is None and start == 0 and text[:1] != "[":
        return f"{pair}\n{text}"
    place = there.line_end(start if last is None else last)
    lead = "" if text[:place].endswith("\n") or not place else "\n"
    return text[:place] + f"{lead}{pair}\n" + text[place:]


def _in_inline(there: JobText, table: Path, entry: Entry, pair: str) -> str:
    text = there.text
    whole = text[entry.value.start : entry.value.end]
    if not (whole.startswith("{") and whole.endswith("}")):
        raise _beyond(table)
    inner = whole[1:-1].rstrip()
    filled = f"{{{inner}, {pair} }}" if inner.strip() else f"{{ {pair} }}"
    return _spliced(text, entry.value.start, entry.value.end, filled)


def _place_for(key: str, blocks: list[Block], end: int) -> int:
    """Where a new table goes: behind its like, the plugins behind the last plugin and before the schedules."""
    if key in FIRST:
        above = [block for block in blocks if block.path[0] in FIRST[: FIRST.index(key) + 1]]
        return above[-1].end if above else (_below_head(blocks[0]) if blocks else end)
    alike = [block for block in blocks if block.path[0] == key]
    plugins = [block for block in blocks if block.path[0] not in RESERVED]
    if key in RESERVED or alike:
        return alike[-1].end if alike else end
    before = plugins or [block for block in blocks if block.path[0] in FIRST]
    return before[-1].end if before else (_below_head(blocks[0]) if blocks else end)


def _below_head(first: Block) -> int:
    """The comment at the very top is about the whole file."""
    return first.header if first.start == 0 else first.start


def _with_block(text: str, place: int, block: str) -> str:
    """With one blank line before and behind it; a comment at the very top touches it."""
    before, behind = text[:place].rstrip("\n"), text[place:].lstrip("\n")
    touches = behind.startswith("[") and text[place - 1 : place] == "\n" and text[place - 2 : place] != "\n\n"
    lead = "" if not before.strip() else "\n" if touches else "\n\n"
    return before + lead + block + ("\n\n" if behind else "\n") + behind


def _without_blocks(text: str, gone: list[Block]) -> str:
    for block in reversed(gone):
        text = text[: block.start] + text[block.gap :]
    return text.rstrip("\n") + "\n" if text.strip() else ""


def _rearranged(text: str, slots: list[Block], pieces: list[Block]) -> str:
    """The pieces in the places of the slots; the blank lines between the places stay where they are."""
    parts, at = [], 0
    for slot, piece in zip(slots, pieces, strict=True):
        parts += [text[at : slot.start], text[piece.start : piece.end]]
        at = slot.end
    return "".join([*parts, text[at:]])


def _as_list(there: JobText, blocks: list[Block]) -> str:
    """`[os]` as `[[os]]`, so that there can be a second one."""
    block = next(block for block in blocks if block.own)
    end = there.line_end(block.header)
    line = there.text[block.header : end]
    return _spliced(there.text, block.header, end, line.replace("[", "[[", 1).replace("]", "]]", 1))


def _checked(before: str, after: str, path: Path) -> str:
    """Never hand out a text that cannot be read."""
    try:
        tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        raise _beyond(path) from None
    return after


def _beyond(path: Path) -> BadInput:
    name = joined(path)
    return BadInput(
        Problem(name, "by_hand", f"{name} is written in a way that only you can change: edit the text", "")
    )
