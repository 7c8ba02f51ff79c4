"""Pages speak the language that was chosen, else the browser's; programs are answered in English."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from django.test import Client

from jobs.web.catalogues import compile_catalogues

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
ONE = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Now"\nmsgstr "现在"\n'


@pytest.mark.parametrize(
    ("asked", "spoken"), [("zh-CN", "zh-hans"), ("zh", "zh-hans"), ("de", "en"), ("en", "en"), ("", "en")]
)
def test_a_page_speaks_as_the_browser_asks(client: Client, db: None, asked: str, spoken: str) -> None:
    answer = client.get("/login/", headers={"Accept-Language": asked})
    assert answer["Content-Language"] == spoken
    assert f'<html lang="{spoken}"' in answer.content.decode()


def test_a_choice_counts_more_than_the_browser_and_leads_back(web: Client) -> None:
    answer = web.post("/language/", {"language": "en", "next": "/jobs/?q=a"}, headers=CHINESE)
    assert answer["Location"] == "/jobs/?q=a"
    assert web.get("/jobs/", headers=CHINESE)["Content-Language"] == "en"


def test_an_unknown_choice_is_none(web: Client) -> None:
    web.post("/language/", {"language": "xx", "next": "//elsewhere.example/"}, headers=CHINESE)
    assert web.get("/jobs/", headers=CHINESE)["Content-Language"] == "zh-hans"


def test_the_api_answers_in_english(web: Client) -> None:
    answer = web.get("/api/jobs/nope/", headers=CHINESE)
    assert answer.status_code == 404
    assert "no job" in answer.json()["error"]["message"]


def test_a_language_ends_with_its_request(web: Client) -> None:
    assert "Content-Language" in web.get("/", headers=CHINESE)
    assert web.get("/api/health/").json()["status"]
    assert web.get("/")["Content-Language"] == "en"


def test_a_catalogue_is_compiled_once_and_anew_when_its_text_changes(tmp_path: Path) -> None:
    text, binary = tmp_path / "in/zh/django.po", tmp_path / "out/zh/django.mo"
    text.parent.mkdir(parents=True)
    text.write_text(ONE, encoding="utf-8")
    compile_catalogues(tmp_path / "in", tmp_path / "out")
    first = binary.stat()
    compile_catalogues(tmp_path / "in", tmp_path / "out")
    assert binary.stat().st_ino == first.st_ino
    text.write_text(ONE.replace("现在", "此刻"), encoding="utf-8")
    compile_catalogues(tmp_path / "in", tmp_path / "out")
    assert [entry.msgstr for entry in polib.mofile(str(binary))] == ["此刻"]


def test_without_a_place_for_it_the_pages_speak_english_and_the_log_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/django.po").write_text(ONE, encoding="utf-8")
    (tmp_path / "out").write_text("a file")
    compile_catalogues(tmp_path / "in", tmp_path / "out")
    assert "English only" in caplog.text
