"""Broken job files and what the answer to each must say: one corpus for every face."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HELLO = b'[os]\ncmd = "hello"\n'


@dataclass(frozen=True)
class Broken:
    name: str
    text: bytes
    field: str
    message: str
    code: str = ""
    format: Any = "toml"
    line: int | None = None


def broken_job_files() -> list[Broken]:
    text = Path(__file__).with_name("broken.toml").read_text(encoding="utf-8")
    cases = tomllib.loads(text)["case"]
    return [Broken(**{**case, "text": case["text"].encode()}) for case in cases] + MADE


TOO_DEEP = "nested deeper than 32 levels"
MADE = [
    Broken("300 KiB", HELLO + b"# filling\n" * 30_000, "", "larger than 256 KiB", "too_large"),
    Broken("UTF-16", HELLO.decode().encode("utf-16"), "", "this is UTF-16", "encoding"),
    Broken("Latin-1", b'[os]\ncmd = "caf\xe9"\n', "", "byte 0xe9 is not UTF-8", "encoding", line=2),
    Broken("NUL byte", b'[os]\ncmd = "a\0b"\n', "", "(U+0000)", "control_character", line=2),
    Broken("old Mac newlines", b'[os]\rcmd = "a"\r', "", "(U+000D)", "control_character", line=1),
    Broken("terminal escape", b'[os]\ncmd = "\x1b[31m"\n', "", "(U+001B)", "control_character", line=2),
    Broken("YAML next line", "os: {cmd: a\u0085b}".encode(), "", "(U+0085)", "control_character", "yaml", 1),
    Broken("20,000 dotted keys", b".".join([b"a"] * 20_000) + b" = 1", "", TOO_DEEP, "too_deep", line=1),
    Broken("deep TOML header", b"[" + b".".join([b"a"] * 40) + b"]", "", TOO_DEEP, "too_deep", line=1),
    Broken("deep TOML lists", b"\na = " + b"[" * 100_000, "", TOO_DEEP, "too_deep", line=2),
    Broken("deep TOML tables", b"a = " + b"{a = " * 40_000, "", TOO_DEEP, "too_deep", line=1),
    Broken("deep YAML lists", b"[" * 200_000, "", TOO_DEEP, "too_deep", "yaml", 1),
    Broken("deep YAML dashes", b"- " * 100_000, "", TOO_DEEP, "too_deep", "yaml", 1),
    Broken("deep JSON", b"[" * 200_000, "", TOO_DEEP, "too_deep", "json"),
    Broken(
        "deep JSON that ends",
        b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
        "a" + "[0]" * 32,
        TOO_DEEP,
        "too_deep",
        "json",
    ),
    Broken(
        "TOML number of 5,000 digits", b"[lifetime]\nlifetime = 9" + b"9" * 5_000, "", "too large", "syntax"
    ),
    Broken(
        "JSON number of 5,000 digits", b'{"a": 9' + b"9" * 5_000 + b"}", "", "too large", "syntax", "json"
    ),
    Broken(
        "YAML number of 5,000 digits",
        b"os: {timeout: 9" + b"9" * 5_000 + b"}",
        "os.timeout",
        "64 bits",
        "too_large",
        "yaml",
    ),
    Broken("201 sections", b'[[os]]\ncmd = "a"\n' * 201, "", "201 sections, at most 200", "too_many"),
    Broken(
        "25,000 unknown options",
        b"[os]\n" + b"".join(b"k%d=1\n" % n for n in range(25_000)),
        "os.k0",
        "has no option",
        "unknown_option",
    ),
    Broken(
        "25,000 unknown sections",
        b"".join(b"[k%d]\n" % n for n in range(25_000)),
        "",
        "25000 sections",
        "too_many",
    ),
    Broken(
        "20,000 sections of YAML",
        b"".join(b"k%d: {}\n" % n for n in range(20_000)),
        "",
        "20000 sections",
        "too_many",
        "yaml",
    ),
    Broken(
        "quotes never closed",
        b'[os]\na = """' + b"x\n" * 100_000,
        "",
        "not closed by the end",
        "syntax",
        line=2,
    ),
]
