"""The rest of the corpus (research of trust, 3b): names, schedules, params, requests. What each must be refused for stands beside it."""

from __future__ import annotations

from tests.corpus.broken import HELLO, Broken

LONE = "\udc80"
"""Half a character: what Python makes of a byte on the command line that is no UTF-8."""

NAMES = {
    "empty": "",
    "spaces": "   ",
    "101 letters": "x" * 101,
    "10 KB": "x" * 10_000,
    "newline": "a\nX-Evil: 1",
    "NUL": "a\0b",
    "escape": "a\x1b[2Jb",
    "right to left": "a\u202eb",
    "half a character": f"a{LONE}b",
    "path": "../../etc/passwd",
    "leading dot": ".hidden",
    "leading dash": "--help",
    "template": "{{7*7}}",
    "format": "%(x)s{0.__class__}",
    "formula": "=cmd|' /C calc'!A0",
    "markup": "<script>alert(1)</script>",
    "a twin in full width": "ｔａｋｅｎ",  # noqa: RUF001
    "a twin in capitals with a space": "TAKEN ",
}
"""With a job `taken` there."""

CRONS = {
    "* * * *": "needs 5 fields",
    "* * * * * * *": "needs 5 fields",
    "60 * * * *": "minute",
    "*/100 * * * *": "minute",
    "-5 * * * *": "minute",
    "1e3 * * * *": "minute",
    "a b c d e": "minute",
    "0 0 30 2 *": "February has no 30th",
    "٥ * * * *": "plain ASCII",  # noqa: RUF001
    "０ 4 * * *": "plain ASCII",  # noqa: RUF001
    "@nightly": "@",
    "0 0 * * 8": "day",
    "5-1 * * * *": "minute",
    "0-59," * 20_000: "at most 200 characters",
}
TABLES = {
    'timezone = "Mars/Phobos"\nhour = 4': "schedule[0].timezone",
    'timezone = "../../etc/passwd"\nhour = 4': "schedule[0].timezone",
    'timezone = "/etc/localtime"\nhour = 4': "schedule[0].timezone",
    "hour = 4\nstart = 2026-12-24\nend = 2026-12-01": "schedule[0].end",
    'hour = 4\nstart = "10000-01-01"': "schedule[0].start",
    'hour = 4\nstart = "0000-01-01"': "schedule[0].start",
    "hour = nan": "not a number",
    "hour = 1e400": "not a number",
}
INTERVALS = ["0", "-1", "0.0001", "1e999", "nan", f"1{'0' * 40}", '"5m "', '"P1Y"', "true", "[]"]
PARAMS = {
    "[params]\nPATH = {type = 'nope'}": "params",
    "[params]\n'A=B' = 1": "params",
    '[params]\n"a\\nb" = 1': "params",
    "[params]\nx = {type = 'int', default = 'one'}": "params.x",
    "[params]\nx = {choices = ['a'], default = 'b'}": "params.x",
    "[params]\nx = {pattern = '^(a+)+$'}": "params.x",
}


def texts() -> list[Broken]:
    """As job files in TOML."""
    crons = [(f"cron {words[:24]}", f'expression = "{words}"', says) for words, says in CRONS.items()]
    tables = [(f"schedule {text[:40]!r}", text, says) for text, says in TABLES.items()]
    cases = [
        Broken(what, _scheduled(f'trigger = "cron"\n{text}'), "", says)
        for what, text, says in (*crons, *tables)
    ]
    cases += [
        Broken(f"interval {text[:24]}", _scheduled(f'trigger = "interval"\nseconds = {text}'), "", "seconds")
        for text in INTERVALS
    ]
    return cases + [
        Broken(f"params {text[9:40]!r}", f"{text}\n".encode() + HELLO, "", says)
        for text, says in PARAMS.items()
    ]


def _scheduled(text: str) -> bytes:
    return HELLO + f"[schedule]\n{text}\n".encode()


DEEP = b"[" * 100_000
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"x"',
    "half of it": b'{"name": "x"',
    "100,000 levels": DEEP,
    "100,000 levels in a field": b'{"name": ' + DEEP,
    "NaN": b'{"name": "x", "toml": NaN}',
    "1e999": b'{"name": "x", "config": {"lifetime": {"lifetime": 1e999}}}',
    "a number of 100,000 digits": b'{"name": ' + b"9" * 100_000 + b"}",
    "half a character": b'{"name": "\\ud800", "config": {}}',
    "NUL deep inside": b'{"name": "x", "config": {"os": {"cmd": "a\\u0000"}}}',
    "a key twice": b'{"name": "x", "name": "y"}',
    "uid": b'{"uid": 0, "name": "x", "config": {}}',
    "is_superuser": b'{"is_superuser": true, "name": "x", "config": {}}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "1.5 MB": b'{"name": "' + b"x" * 1_500_000 + b'"}',
    "50,000 keys": b"{" + b",".join(b'"k%d": 1' % n for n in range(50_000)) + b"}",
    "50,000 keys, the last one twice": b"{"
    + b",".join(b'"k%d": 1' % n for n in range(50_000))
    + b', "k49999": 2}',
    "100,000 lists": b'{"name": [' + b",".join([b"[]"] * 100_000) + b"]}",
}
"""POST /api/jobs/"""
QUERIES = [
    "limit=10000000",
    "limit=-1",
    "limit=abc",
    "limit=%00",
    "ordering=password",
    "owner__password__startswith=p",
    "since=yesterday",
    "since=99999-01-01",
    "status=nope",
    "cursor=../../etc",
    "cursor=" + "A" * 4000,
]
"""GET /api/runs/?..."""
TOKENS = [".", "x", "mxx_" + "a" * 60, "x" * 8_000, "\xff\xfe", "a b c"]
