"""Somebody who reads Chinese meets no English sentence of ours, on any page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import translation

from jobs.models import AuditEntry, Job, Run, Schedule
from jobs.timing.speech import spoken
from jobs.timing.words import describe
from jobs.web.sentences import said, shape_of
from tests.web import story, tale
from tests.web.places import admin_pages, every_page, furnish

pytestmark = pytest.mark.django_db
CHINESE = {"Accept-Language": "zh-CN"}
SILENT = {"script", "style", "code", "pre", "samp", "textarea", "option", "symbol"}
SPOKEN = ("title", "aria-label", "placeholder", "alt", "aria-description")
ENGLISH = re.compile(r"[A-Za-z][a-z]+(?: [A-Za-z][a-z]+)+")
"""Two words side by side: one alone may be a name (TOML, local, skip)."""


class Text(HTMLParser):
    """What a page says, without programs' words and what stands in `lang="en"`."""

    VOID = ("meta", "link", "input", "br", "img", "hr", "use", "path", "rect", "line", "circle", "wbr")

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = tag in SILENT or given.get("lang") == "en" or self._is_silent()
        if not silent:
            self.said += [value for name in SPOKEN if (value := given.get(name))]
        if tag not in self.VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_silent():
            self.said.append(data)

    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def texts_of_users() -> str:
    """Names, descriptions, reasons that a person or a program wrote."""
    rows = [*Job.objects.values_list("name", "revision__toml"), *Run.objects.values_list("reason", "host")]
    return " ".join(part for row in rows for part in row).casefold()


def english(html: str, known: str) -> Iterator[str]:
    page = Text()
    page.feed(html)
    for text in page.said:
        for found in ENGLISH.findall(text):
            if found.casefold() not in known:
                yield found


def test_no_page_holds_an_english_sentence_of_ours(client: Client) -> None:
    told = furnish(tale.tell())
    client.force_login(told.mira)
    known, left = texts_of_users(), {}
    for path in every_page(told):
        answer = client.get(path, headers=CHINESE)
        assert answer.status_code == 200, path
        if words := [*english(answer.content.decode(), known)]:
            left[path] = words
    assert left == {}, "\n".join(f"{path}: {words}" for path, words in left.items())


def test_the_administration_names_everything_in_chinese(client: Client) -> None:
    """But for what is stored in English, a schedule's sentence and an entry's action: the pages tell those."""
    told = furnish(tale.tell())
    client.force_login(told.mira)
    stored = [
        *Schedule.objects.values_list("text", flat=True),
        *map(str, (*Run.objects.all(), *AuditEntry.objects.all())),
    ]
    known = f"{texts_of_users()} {' '.join(stored)}".casefold()
    left = {
        path: [*english(client.get(path, headers=CHINESE).content.decode(), known)] for path in admin_pages()
    }
    assert {path: words for path, words in left.items() if words} == {}


@pytest.mark.parametrize("path", ["/login/", "/nowhere/", "/setup/guess/"])
def test_the_doors_speak_chinese(client: Client, path: str) -> None:
    answer = client.get(path, headers=CHINESE)
    assert [*english(answer.content.decode(), "")] == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("late: was due 3 h ago", "迟到：应在 3 小时 前运行"),
        ("MAA.exe ended with code 1", "MAA.exe 以代码 1 退出"),
        (
            "3 due moments passed while nobody was there; merged into one late run",
            "3 个到期时刻因无人值守而错过；合并为一次补运行",
        ),
        ('must be a whole number, not the text "x"', '必须是整数，而不是文本 "x"'),
        ("no: scheduler: the scheduler was last heard 12 s ago", "否：调度器：调度器最近一次心跳在 12 秒前"),
        ("the plugin of somebody said so", "the plugin of somebody said so"),
        ("no: said the plugin of somebody", "no: said the plugin of somebody"),
    ],
)
def test_a_reason_is_told_by_its_shape(client: Client, reason: str, told: str) -> None:
    client.get("/login/")
    with translation.override("zh-hans"):
        assert said(reason) == told
    assert said(reason) == reason


@pytest.mark.parametrize(
    ("path", "told", "english"),
    [
        ("/plugins/os/", "文本", "a text"),
        ("/jobs/hello/why/", "已启用", ">on<"),
        ("/settings/password/", "您登录时使用的密码", "the one you logged in with"),
    ],
)
def test_single_words_of_ours_are_chinese_too(web: Client, path: str, told: str, english: str) -> None:
    story.job("hello", story.toml("", "", story.cron("30 4 * * *")))
    ask = web.post if "password" in path else web.get
    page = ask(path, {"password": "x", "wanted": "y", "again": "y"}, headers=CHINESE).content.decode()
    assert told in page
    assert english not in page


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("30 4 * * *", "每天 04:30"),
        ("*/15 8-18 * * 1-5", "每周一 至 周五，08:00 至 18:59 每 15 分钟"),
        ("0 21 * * MON", "每周一 21:00"),
        ("0 0 L * *", "每月 最后一天 00:00"),
        ("0 9 * * 5#2", "每月的第二个周五 09:00"),
    ],
)
def test_a_schedule_is_told_in_chinese(client: Client, spec: str, told: str) -> None:
    client.get("/login/")
    with translation.override("zh-hans"), spoken(translation.gettext):
        assert describe("cron", {"expression": spec}, "UTC", "UTC") == told
    assert describe("cron", {"expression": spec}, "UTC", "UTC").isascii()


def test_what_a_page_stores_stays_english(client: Client) -> None:
    """The trigger in words, and who stopped a run: programs read them."""
    mira, hello = story.admin(), story.job("hello", story.toml("", "", story.cron("30 4 * * *")))
    run = story.run(hello, "queued", lasted=None)
    client.force_login(mira)
    client.post("/jobs/hello/save/", {"toml": hello.toml + "\n# more\n"}, headers=CHINESE)
    client.post(f"/runs/{run.pk}/cancel/", headers=CHINESE)
    run.refresh_from_db()
    assert (run.reason, Job.objects.get().schedules.get().text) == ("stopped by mira", "Every day at 04:30")


def test_a_shape_takes_each_hole_up_to_the_next_piece() -> None:
    shape = shape_of("there is {0} of {1}", "")
    assert shape.fit("there is much of it") == {"0": "much", "1": "it"}
    assert shape.fit("there is  of it") is None or shape.fit("there is of it") is None
    assert shape.fit("there was much of it") is None
