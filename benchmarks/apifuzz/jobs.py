# ruff: noqa: RUF001 - letters that look like others are the point
"""200 job files that are odd but right. Each may be run: none needs what a plain Linux machine has not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

GOOD = ("succeeded",)
TRUE = '[os]\ncmd = "true"\n'


@dataclass(frozen=True)
class Handmade:
    """text: TOML, or a config as JSON. ends: the statuses that its run may end with."""

    name: str
    text: str | dict[str, Any]
    params: dict[str, Any] = field(default_factory=dict)
    ends: tuple[str, ...] = GOOD


COMMANDS = [
    'cmd = "true"',
    'cmd = ["true"]',
    "cmd = ['/bin/echo', 'a \"quoted\" word', \"it's\", '']",
    "cmd = \"echo 'two words' three\"",
    'cmd = """echo\nseveral lines"""',
    'cmd = "echo a | cat && echo b > /dev/null"\nshell = true',
    'cmd = "exit 0"\nshell = true',
    'cmd = "false"\ncheck = false',
    'cmd = ["sh", "-c", "exit 255"]\ncheck = false',
    'cmd = "echo $HOME ~ *"',
    'cmd = ["echo", "${HOME}"]',
    'cmd = ["echo", "日本語 🐈 ünï \\u202e rtl"]',
    'cmd = ["printf", "\\\\033[31mred\\\\033[0m\\\\r\\\\0"]',
    'cmd = ["sh", "-c", "echo out; echo err >&2"]',
    'cmd = "pwd"\ncwd = "/"',
    'cmd = "pwd"\ncwd = "/tmp/../usr"',
    'cmd = "env"\nenv = { A = "", B = "x=y", LANG = "C.UTF-8", PATH = "/usr/bin:/bin" }',
    'cmd = "sleep 0"\ntimeout = "1d"',
    'cmd = "true"\ntimeout = 0.5',
    'cmd = "sleep 60"\nwait = false\n[lifetime]\nlifetime = 0.2',
    'cmd = "true"\nwait = false',
    'cmd = "true"\nkill = "a-program-that-nobody-has"',
    'cmd = "true"\nstop = ["true"]',
    'cmd = "sleep 60"\nwait = false\nstop = "true"\n[lifetime]\nlifetime = 0.2',
    'cmd = ["true"]\ndetached = true\nwait = false\nlifetime = "1s"',
    'cmd = ["sh", "-c", "head -c 300000 /dev/zero | tr \'\\\\0\' x"]',
    'cmd = ["sh", "-c", "seq 1 20000"]',
    'cmd = ["sh", "-c", "printf \'no newline at the end\'"]',
    'cmd = ["sh", "-c", "printf \'\\\\377\\\\376 not UTF-8\'"]',
    'cmd = ["sh", "-c", "(sleep 60 &) ; exit 0"]',
]
FAILING = [
    'cmd = "false"',
    'cmd = "no-such-program-anywhere"',
    'cmd = ["sh", "-c", "kill -9 $$"]',
    'cmd = "true"\ncwd = "/no/such/folder"',
    'cmd = "sleep 60"\ntimeout = 0.2',
    'cmd = ["echo", "${NO_SUCH_VARIABLE}"]',
]
NAMES = [
    *(
        "a",
        "A" * 100,
        "0",
        "007",
        "x y",
        "a  b",
        "a.b",
        "a-b",
        "a_b",
        "_",
        "_.-",
        "a.toml",
        "con",
        "NUL",
        "aux.txt",
        "null",
        "true",
    ),
    *(
        "Ärger",
        "ſtraße",
        "ΑΒΓ",
        "naïve café",
        "日本語",
        "한국어",
        "हिन्दी",
        "ไทย",
        "עברית",
        "عربى",
        "ｆｕｌｌ",
        "Ⅳ".lower(),
        "ﬁle",
    ),
    *("e\u0301", "İstanbul", "ǅ", "jobs", "trigger", "new-job", "schema", "a" + "\u0308" * 20),
]
PARAMS: list[tuple[str, dict[str, Any]]] = [
    ('x = "text"', {}),
    ('x = ""', {"x": ""}),
    ('x = "text"', {"x": "${HOME} `id` $(id) ; rm"}),
    ('x = "text"', {"x": "line\nline\ttab"}),
    ('x = "text"', {"x": "ü" * 4096}),
    ("x = 1", {"x": 1 - 2**63}),
    ("x = 1", {"x": 2**63 - 1}),
    ('x = { type = "int", default = 3, min = 1, max = 10 }', {"x": 10}),
    ("x = 1.5", {"x": 1e308}),
    ("x = 1.5", {"x": 2}),
    ('x = { type = "float", default = 0.1, min = -1.0 }', {"x": -1}),
    ("x = true", {"x": False}),
    ('x = { type = "bool", required = true }', {"x": True}),
    ('x = { type = "duration", default = "5m" }', {"x": "1h30m"}),
    ('x = { type = "duration", default = "5m", max = "1d" }', {"x": 0.25}),
    ('x = { choices = ["1-7", "CE-6"] }', {"x": "CE-6"}),
    ('x = { type = "int", choices = [3, 1, 2] }', {"x": 2}),
    ('x = { type = "str", required = false }', {}),
    ('x = { description = "ein Wort, 一言" }', {"x": "-"}),
    ("\n".join(f"x{number} = {number}" for number in range(64)), {"x63": 0}),
    ('path = "x"\nhome = "y"\nmxx_run_id = "z"', {"path": "q"}),
    ('A_b = "letters"', {"A_b": "c"}),
]
SCHEDULES = [
    *(
        f'trigger = "cron"\nexpression = "{one}"'
        for one in (
            "* * * * *",
            "*/7 1-5,9 * JAN-MAR,12 *",
            "0 0 29 2 *",
            "0 0 L * *",
            "0 12 * * FRI#2",
            "0 0 * * 7",
            "@daily",
            "@yearly",
            "30 */6 * * *",
            "*/5 * * * * *",
            "59 23 31 12 *",
        )
    ),
    'trigger = "cron"\nhour = 4',
    'trigger = "cron"\nhour = 4\nminute = 30\nday_of_week = "mon"',
    'trigger = "cron"\nhour = "*/2"\nminute = "5,35"',
    'trigger = "cron"\nday = 31\nmonth = "*"\nhour = 0',
    'trigger = "cron"\nhour = 2\nminute = 30\ntimezone = "Europe/Berlin"',
    'trigger = "cron"\nexpression = "45 1 * * *"\ntimezone = "Australia/Lord_Howe"',
    'trigger = "cron"\nhour = 0\ntimezone = "Pacific/Apia"',
    'trigger = "cron"\nhour = 3\ntimezone = "Asia/Kathmandu"\nstart = "2030-01-01T00:00:00"\nend = "2031-01-01T00:00:00"',
    'trigger = "interval"\nseconds = 1',
    'trigger = "interval"\nweeks = 52',
    'trigger = "interval"\nweeks = 1\ndays = 1\nhours = 1\nminutes = 1\nseconds = 1',
    'trigger = "interval"\ninterval_seconds = 3600',
    'trigger = "interval"\nhours = 1\nanchor = 2001-02-03T04:05:06Z',
    'trigger = "interval"\nminutes = 90\nanchor = "2030-01-01T00:00:00"\ntimezone = "America/St_Johns"',
    'trigger = "date"\nrun_date = 2098-12-24T18:00:00',
    'trigger = "date"\nrun_date = 2098-12-24T18:00:00+05:45',
    'trigger = "date"\nrun_date = "2001-01-01T00:00:00"',
    'trigger = "date"\nrun_date = "2098-10-26T02:30:00"\ntimezone = "Europe/Berlin"',
    'trigger = "startup"',
    'trigger = "startup"\ndelay = "2h"',
    'name = "ein Name 一つ"\ntrigger = "cron"\nhour = 1',
    'trigger = "cron"\nhour = 1\nmisfire = "all"\nmisfire_window = "1d"',
    'trigger = "cron"\nhour = 1\nmisfire = "skip"',
]
POLICIES = [
    'description = "日本語 – „quoted“ \\\\ \\"x\\" <b>&amp;"',
    "description = " + repr("x" * 400),
    'tags = ["a", "B b", "ü"]',
    "tags = []",
    'timeout = "1d"',
    "timeout = 0.5",
    "grace = 0",
    'grace = "1h"',
    "cleanup = 1",
    'log_limit = "100KB"',
    'log_limit = "1GB"',
    'memory = "2GB"',
    "processes = 500",
    "nice = 19",
    'overlap = "queue"\nqueue_max = 1',
    'overlap = "parallel"\nmax_parallel = 2',
    'overlap = "replace"',
    'misfire = "all"\nmisfire_window = "30d"',
    'retries = 3\nretry_delay = "1d"\nretry_backoff = 2.5',
    'retries = 1\nretry_on = ["failed", "lost", "timed_out"]',
    "priority = 1000",
    "priority = -1000",
    'pool = "local"',
]
SECTIONS: list[tuple[str, tuple[str, ...]]] = [
    ('[app]\npath = "/usr/bin"\ntargetExe = "true"\ndelay = 0\n', GOOD),
    (
        '[app]\npath = "/usr/bin"\ntargetExe = "sleep"\nargs = ["60"]\ndelay = 0\n[lifetime]\nlifetime = 0.2\n',
        GOOD,
    ),
    ('[app]\npath = "/usr/bin"\ntargetExe = "no-such-program"\n', ("failed",)),
    ("[cpu_below]\npercent = 100\nover = 0.1\n" + TRUE, ("succeeded", "skipped")),
    ("[env]\nA = 1\nB = 2.5\nC = true\nD = ''\nE = '日本語'\n[os]\ncmd = 'env'\n", GOOD),
    ('[file_exists]\npath = "/"\n' + TRUE, GOOD),
    ('[file_exists]\npath = "/no/such"\ninvert = true\n' + TRUE, GOOD),
    ('[file_exists]\npath = "/no/such"\n' + TRUE, ("skipped",)),
    ('[file_exists]\npath = "~"\nmax_age = "1s"\n' + TRUE, ("succeeded", "skipped")),
    ('[http]\nurl = "http://127.0.0.1:9/"\ntimeout = 1\n' + TRUE, ("failed",)),
    ('[http]\nurl = "http://127.0.0.1:9/"\nmode = "condition"\ntimeout = 1\n' + TRUE, ("skipped",)),
    (
        '[http]\nurl = "http://[::1]:9/?q=%C3%BC&x=%20"\nmethod = "POST"\nbody = "日"\nheaders = { X-A = "b" }\ntimeout = 1\n',
        ("failed",),
    ),
    ("[ld]\nindex = 0\ntimeout = 1\n", ("failed",)),
    ('[ld]\nname = "日本語"\nclose = false\ntimeout = 1\n', ("failed",)),
    ("[lifetime]\nlifetime = 0.1\n", GOOD),
    ('[os]\ncmd = "true"\nwait = false\n[lifetime]\nlifetime = 60\nwhen_exits = "finish"\n', GOOD),
    ('[os]\ncmd = "true"\nwait = false\n[lifetime]\nlifetime = 60\nwhen_exits = "fail"\n', ("failed",)),
    ('[os]\ncmd = "sleep 0.1"\nwait = false\n[lifetime]\nlifetime = 0.5\nwhen_exits = "restart"\n', GOOD),
    ('[mxxrun]\napp_name = "nobody"\n', ("failed",)),
    ('[mxxset]\napp_name = "nobody"\nimport_source = "nothing"\n', ("failed",)),
    ("[once]\n" + TRUE, GOOD),
    ('[once]\nper = "week"\nreset = "23:59"\ntimezone = "Asia/Tokyo"\n' + TRUE, GOOD),
    ('[once]\nwithin = "20h"\n' + TRUE, GOOD),
    ('[process_running]\nname = "no-such-program"\n' + TRUE, ("skipped",)),
    ('[process_running]\nname = "no-such-program"\ninvert = true\n' + TRUE, GOOD),
    ('[single]\nname = "no-such-program"\n' + TRUE, GOOD),
    ('[time_between]\nstart = "00:00"\nend = "23:59"\n' + TRUE, ("succeeded", "skipped")),
    (
        '[time_between]\nstart = "22:00"\nend = "06:00"\ntimezone = "Asia/Kathmandu"\ninvert = true\n' + TRUE,
        ("succeeded", "skipped"),
    ),
]
WHOLE: list[tuple[str, dict[str, Any]]] = [
    ("# a comment\n\n\n[lifetime] # another\nlifetime = 0.1\n", {}),
    ("\ufeff" + TRUE, {}),
    (TRUE.replace("\n", "\r\n"), {}),
    ('a = 1\nb = [1, "two", 3.0]\nc = 2001-02-03\n[vars]\nd = { e = { f = "g" } }\n' + TRUE, {}),
    (
        '[vars]\nflags = ["a", "b c"]\n[app]\npath = "/usr/bin"\ntargetExe = "echo"\nargs = "${vars.flags}"\ndelay = 0\n',
        {},
    ),
    ("".join(f'[[os]]\ncmd = ["echo", "{number}"]\n' for number in range(40)), {}),
    (
        TRUE
        + "".join(
            f'[[schedule]]\nname = "{number}"\ntrigger = "date"\nrun_date = 2098-01-01\n'
            for number in range(60)
        ),
        {},
    ),
    (TRUE + "# " + "x" * 200_000 + "\n", {}),
    ("[os]\ncmd = ['echo', '" + "x" * 60_000 + "']\n", {}),
    (
        '[params]\nx = "a"\n[os]\ncmd = ["echo", "${params.x}"]\nenv = { X = "${params.x}" }\n[[schedule]]\ntrigger = "cron"\nhour = 4\nparams = { x = "b" }\n',
        {"x": "c"},
    ),
]
CONFIGS: list[dict[str, Any]] = [
    {"lifetime": {"lifetime": 0.1}},
    {"os": {"cmd": ["echo", "\u2028"]}},
    {"os": [{"cmd": "true"}, {"cmd": ["true"]}]},
    {"zahl": 1, "os": {"cmd": "true"}, "vars": {"list": [1, [2, [3]]], "ü": "key"}},
    {
        "os": {"cmd": "true"},
        "schedule": [{"trigger": "cron", "hour": 4}, {"trigger": "interval", "seconds": 3600}],
    },
]
YAMLS = [
    "os:\n  cmd: [echo, 'yes', \"0o17\", '2001-01-01']\n",
    "job:\n  description: >-\n    folded\n    text\nos: {cmd: 'true'}\n",
    "os:\n- cmd: 'true'\n- cmd: |-\n    echo block\n",
    "params:\n  on_: 'x'\nos: {cmd: 'true', check: no}\n",
    "schedule: {trigger: cron, hour: 4, timezone: Asia/Shanghai}\nos: {cmd: 'true'}\n",
]


def all_jobs() -> list[Handmade]:
    found = [*_plain(), *_with_words(), *_whole()]
    assert len(found) >= 200, len(found)
    return found


def _plain() -> Iterator[Handmade]:
    yield from (Handmade(f"command {place}", f"[os]\n{one}\n") for place, one in enumerate(COMMANDS))
    for place, one in enumerate(FAILING):
        yield Handmade(f"failing {place}", f"[os]\n{one}\n", ends=("failed", "timed_out"))
    yield from (Handmade(name, TRUE) for name in NAMES)
    for place, (text, ends) in enumerate(SECTIONS):
        yield Handmade(f"section {place}", text, ends=ends)


def _with_words() -> Iterator[Handmade]:
    for place, (text, given) in enumerate(PARAMS):
        yield Handmade(f"params {place}", f"[params]\n{text}\n{TRUE}", given)
    yield from (
        Handmade(f"schedule {place}", f"{TRUE}[schedule]\n{one}\n") for place, one in enumerate(SCHEDULES)
    )
    yield from (Handmade(f"policy {place}", f"[job]\n{one}\n{TRUE}") for place, one in enumerate(POLICIES))


def _whole() -> Iterator[Handmade]:
    for place, (text, given) in enumerate(WHOLE):
        yield Handmade(f"whole {place}", text, given)
    yield from (Handmade(f"config {place}", one) for place, one in enumerate(CONFIGS))
    yield from (Handmade(f"yaml {place}", yaml.safe_load(one)) for place, one in enumerate(YAMLS))
