"""The servers one has logged in to: MXX_HOME/cli.toml, for its owner alone.

default = "work"                          # optional: the server that is meant when none is named

[servers.work]
url = "https://mxx.example.org"
token = "mxx_..."                         # optional
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from client.failures import Unusable

FILE = "cli.toml"
EXAMPLE = '[servers.work], url = "https://mxx.example.org", token = "mxx_..."'


@dataclass(frozen=True)
class Server:
    name: str
    url: str
    token: str = ""


@dataclass(frozen=True)
class Servers:
    """default: a name of by_name, or ""."""

    by_name: dict[str, Server] = field(default_factory=dict)
    default: str = ""

    def at(self, url: str) -> Server | None:
        """One with this address and a token."""
        return next((one for one in self.by_name.values() if one.url == url and one.token), None)


def load(home: Path) -> Servers:
    """None at all when there is no file. Raises Unusable, one line, for one that is half-written or that others may read."""
    path = home / FILE
    try:
        refuse_others(path)
        read = _toml(path)
    except FileNotFoundError:
        return Servers()
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:  # TOML's own, and bytes that are no text
        raise Unusable(f"{path} is no TOML file: {error}; mend it, or delete it and log in again") from None
    try:
        return _servers(read)
    except ValueError as error:
        raise Unusable(f"{path}: {error}; for example {EXAMPLE}") from None


def _toml(path: Path) -> dict[str, Any]:
    import tomllib  # most have no such file

    return tomllib.loads(path.read_text(encoding="utf-8"))


def refuse_others(path: Path) -> None:
    """Raises Unusable when anybody else may read or write the file, where the system knows such a thing."""
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise Unusable(f"{path} holds tokens and others may read or write it: chmod 600 {path}")


def remember(home: Path, server: Server, *, default: bool) -> Path:
    """Write the server into the file, in place of one of the same name. Raises Unusable."""
    load(home)  # what is broken is not built on
    text = _document(home)
    table = text.setdefault("servers", {})
    entry = {"url": server.url, **({"token": server.token} if server.token else {})}
    table[server.name] = entry
    if default:
        text["default"] = server.name
    return _write(home, text)


def forget(home: Path, name: str) -> None:
    """Raises Unusable when there is none of this name."""
    known = load(home)
    if name not in known.by_name:
        raise Unusable(f"there is no server {name!r} in {home / FILE}: {', '.join(known.by_name) or 'none'}")
    text = _document(home)
    del text["servers"][name]
    if known.default == name:
        del text["default"]
    _write(home, text)


def _document(home: Path) -> Any:
    """With the comments that people wrote into it."""
    import tomlkit  # only who logs in pays for it

    path = home / FILE
    return tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")


def _write(home: Path, document: Any) -> Path:
    """Wholly or not at all; never readable by others, not even for a moment."""
    path, new = home / FILE, home / f".{FILE}-{os.getpid()}"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(new, "w", encoding="utf-8", opener=_for_me_alone) as file:
            file.write(document.as_string())
        os.replace(new, path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise Unusable(f"{path} cannot be written: {error.strerror}") from None
    return path


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _servers(read: dict[str, Any]) -> Servers:
    """Raises ValueError with what is wrong."""
    _known_keys("", read, {"default", "servers"})
    tables, default = read.get("servers", {}), read.get("default", "")
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise ValueError("servers must be tables")
    for name, table in tables.items():
        _known_keys(f"servers.{name}", table, {"url", "token"})
        if not table.get("url"):
            raise ValueError(f"servers.{name}.url is missing")
        if not all(isinstance(value, str) for value in table.values()):
            raise ValueError(f"servers.{name}: url and token are texts")
    if default != "" and default not in tables:
        raise ValueError(f"default: there is no [servers.{default}]")
    return Servers({name: Server(name, **table) for name, table in tables.items()}, str(default))


def _known_keys(place: str, table: dict[str, Any], known: set[str]) -> None:
    for key in table.keys() - known:
        raise ValueError(f"{f'{place}.' if place else ''}{key} is not known here")
