"""Plugin files that are wrong, each in its own way, and what an author has to be told."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

HEAD = "from plugins.base import Plugin\nfrom plugins.hooks import hook\n"  # 2 lines
OLD = "from mxx.runner.core.plugin import MxxPlugin, hook\n"
ACT = '    @hook("action")\n    def act(self, run): ...\n'


@dataclass(frozen=True)
class BrokenPlugin:
    """says: in the message; mend: in the message or its example; line: where, 1-based, None for the whole file."""

    what: str
    content: bytes
    code: str
    line: int | None
    says: str
    mend: str


def broken(
    what: str, body: str | bytes, code: str, line: int | None, says: str, mend: str = "", head: str = HEAD
) -> BrokenPlugin:
    content = body if isinstance(body, bytes) else (head + dedent(body)).encode()
    return BrokenPlugin(what, content, code, line, says, mend)


def cls(facts: str = 'name = "backup"', hooks: str = ACT) -> str:
    """A class on line 3, its facts from line 4 on."""
    return f"class Backup(Plugin):\n    {facts}\n{hooks}"


def with_init(arguments: str) -> str:
    return cls(hooks=f"    def __init__(self, {arguments}): ...\n{ACT}")


BROKEN = [
    # Python cannot read it
    broken("a missing colon", "class Backup(Plugin)\n", "syntax", 3, "expected ':'", "class Backup(Plugin)"),
    broken("a missing bracket", "x = (1,\n", "syntax", 3, "was never closed", "x = (1,"),
    broken("a wrong indent", "class A(Plugin):\npass\n", "syntax", 4, "expected an indented block", "pass"),
    broken("a print statement", 'print "hello"\n', "syntax", 3, "Missing parentheses"),
    broken("a NUL byte", b"x = 1\ny = '\0'\n", "binary", 2, "holds a NUL byte"),
    broken("UTF-16 text", "x = 1\n".encode("utf-16"), "encoding", 1, "UTF-16", "save it as UTF-8"),
    broken("Latin-1 text", b"x = 1\n# caf\xe9\n", "encoding", 2, "no UTF-8 text", "save it as UTF-8"),
    broken("a program renamed", b"\x7fELF\x02\x01\x01\0\0\0", "binary", 1, "no Python text"),
    broken("50 MB", b"#" * (50 << 20), "too_large", None, "50.0 MiB", "keep data elsewhere"),
    # its import goes wrong
    broken("an unknown name", "x = undefined\n", "raises", 3, "NameError: name 'undefined'"),
    broken("a division by zero", "def f():\n    1 / 0\nf()\n", "raises", 4, "ZeroDivisionError"),
    broken(
        "a missing library", "import requestz\n", "import", 3, "no module requestz", "pip install requestz"
    ),
    broken(
        "a missing prototype module",
        "import mxx.server\n",
        "import",
        3,
        "mxx.runner.core.plugin",
        "MxxPlugin, hook",
    ),
    broken("an unknown import", "from plugins.hooks import hok\n", "raises", 3, "cannot import name 'hok'"),
    broken("endless recursion", "def f(): f()\nf()\n", "raises", 3, "RecursionError"),
    broken("sys.exit", "import sys\nsys.exit(3)\n", "exits", 4, "sys.exit(3)", "belongs into a hook"),
    broken(
        "os._exit", "import os\nos._exit(0)\n", "gone", None, "with code 0 (os._exit?)", "belongs into a hook"
    ),
    broken("a segfault", "import ctypes\nctypes.string_at(0)\n", "gone", 4, "SIGSEGV", "belongs into a hook"),
    broken(
        "a hang",
        "import time\nwhile True:\n    time.sleep(9)\n",
        "hangs",
        5,
        "takes longer than",
        "into a hook",
    ),
    broken("prints", f'print("hello")\n{cls()}', "prints", 3, "prints 'hello'", "run.log"),
    broken("floods", 'while True:\n    print("x" * 99)\n', "floods", 4, "more than 64 KiB", "into a hook"),
    broken("asks", 'name = input("who? ")\n', "reads", 3, "asks for input", "belongs into a hook"),
    # no plugin in it
    broken("an empty file", "", "no_class", 1, "no plugin class", "class Backup(Plugin):", head=""),
    broken(
        "a class of its own kind",
        f'class Backup:\n    name = "backup"\n{ACT}',
        "no_class",
        1,
        "no plugin class",
        "Plugin",
    ),
    # its class
    broken("no name", cls("size = 1"), "name", 3, "cannot be called ''", 'name = "backup"'),
    broken("a name with a space", cls('name = "my backup"'), "name", 3, "'my backup'", 'name = "backup"'),
    broken("a table of MXX", cls('name = "schedule"'), "reserved_name", 3, "MXX's own", "my-schedule"),
    broken("a built-in's name", cls('name = "os"'), "builtin_name", None, "so is a built-in", "my-os"),
    broken(
        "a name twice",
        cls() + cls().replace("Backup", "Again"),
        "duplicate_name",
        7,
        "both called 'backup'",
        "rename one",
    ),
    broken(
        "a newer MXX",
        cls('name, requires_mxx = "backup", ">=99"'),
        "requires_mxx",
        3,
        "needs MXX >=99",
        "update MXX",
    ),
    broken(
        "no version",
        cls('name, requires_mxx = "backup", "new"'),
        "requires_mxx",
        3,
        "no version specifier",
        ">=1.0",
    ),
    broken(
        "requires as text",
        cls('name, requires = "backup", "os"'),
        "requires",
        3,
        "must be a tuple",
        'requires = ("lifetime",)',
    ),
    broken(
        "check of an instance",
        cls(hooks=f"    def check(self): ...\n{ACT}"),
        "check",
        5,
        "@classmethod",
        "@classmethod",
    ),
    # its hooks
    broken("no hook", cls(hooks=""), "no_hook", 3, "has no hook", '@hook("action")'),
    broken(
        "a hook without its point",
        cls(hooks="    @hook\n    def act(self): ...\n"),
        "raises",
        5,
        '@hook("action")',
    ),
    broken(
        "an unknown hook point",
        cls(hooks=ACT.replace("action", "acton")),
        "hook_point",
        5,
        "'acton'",
        "did you mean 'action'",
    ),
    broken(
        "an unknown argument",
        cls(hooks=ACT.replace("run", "job")),
        "hook_argument",
        5,
        "asks for 'job'",
        "def act(self, run):",
    ),
    broken(
        "the error at action",
        cls(hooks=ACT.replace("run", "error")),
        "hook_argument",
        5,
        "offers run",
        "def act(self, run):",
    ),
    broken(
        "no self",
        cls(hooks=ACT.replace("self, run", "")),
        "hook_self",
        5,
        "first argument is self",
        "def act(self, run):",
    ),
    broken(
        "an async hook",
        cls(hooks=ACT.replace("def", "async def")),
        "hook_async",
        5,
        "never run",
        "def act(self, run):",
    ),
    broken(
        "a priority in words",
        cls(hooks=ACT.replace('n"', 'n", priority="high"')),
        "priority",
        5,
        "'high'",
        "priority=100",
    ),
    # its options
    broken(
        "a default of another type",
        with_init('count: int = "one"'),
        "default",
        5,
        "default of count must be a whole number",
    ),
    broken(
        "a choice that is none",
        "from typing import Literal\n" + with_init('how: Literal["a", "b"] = "c"'),
        "default",
        6,
        '"a" or "b"',
    ),
    broken(
        "a type of no job file",
        with_init("path: set = None"),
        "option",
        5,
        "cannot hold the type of path",
        "count: int = 1",
    ),
    broken("an unknown type", with_init("path: Pth = None"), "raises", 5, "NameError: name 'Pth'"),
    broken(
        "options without names", with_init("*paths"), "option", 5, "options are keywords", "count: int = 1"
    ),
    # the prototype's
    broken(
        "a prototype's hook point",
        f'class B(MxxPlugin):\n    __cmdname__ = "b"\n{ACT}'.replace("action", "on_truee"),
        "hook_point",
        4,
        "did you mean 'on_true'",
        head=OLD,
    ),
]
