"""Strict readers of the environment: a wrong value stops the start with its name and what is allowed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

ADDRESS = r"(?:\[(?P<six>[0-9A-Fa-f:.]+(?:%\w+)?)\]|(?P<host>[0-9A-Za-z._-]+)):(?P<port>[0-9]{1,5})"


def refuse(name: str, value: str, allowed: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={value!r} is not allowed: {allowed}")


def text(name: str, default: str = "", environ: Mapping[str, str] | None = None) -> str:
    return (os.environ if environ is None else environ).get(name, "").strip() or default


def integer(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    if not re.fullmatch(r"[0-9]+", value, re.ASCII) or not least <= int(value) <= most:
        raise refuse(name, value, f"a whole number from {least} to {most}, for example {default}")
    return int(value)


def umask(name: str) -> int:
    """As `umask` prints it: which permissions new files do not get."""
    value = text(name, "022")
    if not re.fullmatch(r"0?[0-7]{3}", value, re.ASCII):
        raise refuse(name, value, "three octal digits, for example 022")
    return int(value, 8)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise refuse(name, value, "one of " + ", ".join(allowed))
    return value


def folder(name: str, default: Path) -> Path:
    value = Path(text(name, str(default))).expanduser()
    if not value.is_absolute():
        raise refuse(name, str(value), "an absolute path, for example /home/me/.mxx")
    if value.exists() and not value.is_dir():
        raise refuse(name, str(value), "a folder, and this is a file")
    return value


def timezone(name: str) -> str:
    """IANA name, or "" when the host's own zone is wanted."""
    value = text(name)
    if value and value not in available_timezones():
        raise refuse(name, value, "an IANA time zone, for example Europe/Berlin")
    return value


def names(name: str) -> list[str]:
    value = text(name)
    hosts = [host.strip() for host in value.split(",") if host.strip()]
    if any(re.search(r"[\s/*]", host) for host in hosts):
        raise refuse(name, value, "host names parted by commas, for example mxx.example.org,10.0.0.5")
    return hosts


def slots_of_tags(name: str) -> dict[str, int]:
    """`emulator=1,heavy=2`: how many runs of jobs with this tag may be active at once, on all hosts together."""
    value, found = text(name), dict[str, int]()
    for part in value.split(",") if value else []:
        tag, _, count = (piece.strip() for piece in part.rpartition("="))
        if not tag or tag in found or not re.fullmatch(r"[0-9]{1,4}", count, re.ASCII) or int(count) < 1:
            raise refuse(
                name, value, "TAG=NUMBER parted by commas, each tag once, for example emulator=1,heavy=2"
            )
        found[tag] = int(count)
    return found


def address(name: str, default: str) -> tuple[str, int]:
    """(host, port); whoever is let in from elsewhere needs a second factor (settings.MXX_REACHABLE)."""
    value = text(name, default)
    match = re.fullmatch(ADDRESS, value, re.ASCII)
    if not match or not 1 <= int(match["port"]) <= 65535:
        raise refuse(name, value, "HOST:PORT, for example 127.0.0.1:8765 or [::1]:8765")
    return match["six"] or match["host"], int(match["port"])


def is_local(host: str) -> bool:
    """Whether only this machine can come in by this name or address."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def own_name(host: str) -> list[str]:
    """The address itself as a name of the server; one that stands for all addresses of the machine is none."""
    everywhere = ("0.0.0.0", "::")
    return [] if host in everywhere else [f"[{host}]" if ":" in host else host]
