"""May this file be run as the user? As sshd asks of its keys: nobody else may write it, nor any folder above it."""

from __future__ import annotations

import io
import os
import stat
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

from plugins.rules import WrongPlugin

MAX_SIZE = 1 << 20
"""Bytes of a plugin file."""
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def source_text(path: Path) -> str:
    """The text of a plugin file that may be run. Raises WrongPlugin."""
    data = content(path)
    refuse_unsafe_helpers(path.parent)
    return decoded(data, path)


def content(path: Path) -> bytes:
    """The bytes of a plugin file that may be run. Raises WrongPlugin: not a small plain file, or others may write it."""
    try:
        facts = path.stat()
    except OSError as error:
        raise _wrong(path, "unreadable", f"cannot be read: {_why(path, error)}") from None
    if not stat.S_ISREG(facts.st_mode):
        raise _wrong(path, "not_a_file", "is not a plain file: a plugin is a file of Python text")
    if facts.st_size > MAX_SIZE:
        size = f"{facts.st_size / MAX_SIZE:.1f} MiB"
        raise _wrong(path, "too_large", f"holds {size}: a plugin file may hold 1 MiB, keep data elsewhere")
    refuse_unsafe(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _wrong(path, "unreadable", f"cannot be read: {_why(path, error)}") from None


def helpers(folder: Path) -> list[Path]:
    """`_*.py`: no plugins, but what plugins beside them may import."""
    names = sorted(os.listdir(folder))
    return [folder / name for name in names if name.startswith("_") and name.endswith(".py")]


def refuse_unsafe_helpers(folder: Path) -> None:
    """A plugin is as safe as what it imports."""
    for helper in helpers(folder):
        try:
            refuse_unsafe(helper)
        except OSError as error:
            raise _wrong(helper, "unreadable", f"cannot be read: {_why(helper, error)}") from None


def decoded(data: bytes, path: Path) -> str:
    """As Python reads it: a UTF-8 mark at the start and a coding line are fine."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _wrong(path, "encoding", "is UTF-16 text: save it as UTF-8", line=1)
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise _wrong(path, "binary", "holds a NUL byte: it is no Python text", line=line)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _wrong(path, "encoding", "is no UTF-8 text: save it as UTF-8", line=line) from None
    except SyntaxError as error:
        raise _wrong(path, "encoding", f"cannot be read as text: {error.msg}", line=1) from None


def refuse_unsafe(path: Path) -> None:
    """Raise WrongPlugin with the command to run unless only its user (and root) may change what is read here."""
    if os.name == "nt":  # modes say nothing there; the home's own access list does
        return
    for file in {os.path.abspath(path), os.path.realpath(path)}:
        for number, one in enumerate(_chain(file)):
            if refusal := _refusal(one, near=number < 2):
                raise _wrong(path, "writable", refusal)


def _chain(path: str) -> Iterator[str]:
    """The file and the folders above it, up to the user's home folder or the root."""
    home = os.path.expanduser("~")
    while True:
        yield path
        above = os.path.dirname(path)
        if above == path or path == home:
            return
        path = above


def _refusal(path: str, near: bool) -> str:
    """near: the file or its own folder. Further up a sticky folder (as /tmp) will do: others cannot replace what is ours."""
    facts, me = os.stat(path), _me()
    if facts.st_uid not in (0, me):
        return f"is not run: {path} belongs to another user; run: chown {me} '{path}'"
    sticky = facts.st_mode & stat.S_ISVTX and not near
    if facts.st_mode & OTHERS_WRITE and not sticky:
        return f"is not run: others may write {path}; run: chmod go-w '{path}'"
    return ""


def _me() -> int:
    if sys.platform == "win32":
        return 0
    else:
        return os.getuid()


def _wrong(path: Path, code: str, message: str, line: int | None = None) -> WrongPlugin:
    return WrongPlugin(f"it {message}.", code=code, file=str(path), line=line)


def _why(path: Path, error: OSError) -> str:
    if path.is_symlink() and isinstance(error, FileNotFoundError):
        return f"it is a link to {os.readlink(path)}, and nothing is there"
    return str(error.strerror or error).lower()
