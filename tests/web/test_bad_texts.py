"""The corpus of bad job files at the editor: each comes back with its reason, and none is drawn as a form of thousands of controls."""

from __future__ import annotations

import html
from urllib.parse import urlencode

import pytest
from django.test import Client

from jobs.models import Job
from tests.corpus.broken import HELLO, Broken, broken_job_files
from tests.corpus.strange import NAMES, texts


def sendable(case: Broken) -> bool:
    try:
        return case.format == "toml" and bool(case.text.decode())
    except UnicodeDecodeError:
        return False


CASES = [case for case in [*broken_job_files(), *texts()] if sendable(case)]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_bad_text_comes_back_with_its_reason(web: Client, case: Broken) -> None:
    answer = web.post("/new-job/", {"name": "x", "toml": case.text.decode()})
    assert (answer.status_code, case.message in html.unescape(answer.content.decode())) == (422, True)
    assert len(answer.content) < 4 * len(case.text) + 500_000
    assert not Job.objects.exists()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_that_will_not_do_comes_back(web: Client, name: str) -> None:
    web.post("/new-job/", {"name": "taken", "toml": HELLO.decode()})
    form = urlencode({"name": name.encode(errors="surrogateescape"), "toml": HELLO})
    answer = web.post("/new-job/", form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (409, 422)
    assert Job.objects.count() == 1


def test_a_text_of_very_many_sections_is_edited_without_a_form(web: Client) -> None:
    text = '[[os]]\ncmd = "true"\n' * 150
    answer = web.post("/new-job/", {"name": "x", "toml": text + "[oss]\n"})
    assert answer.status_code == 422
    assert "too long for a form" in answer.content.decode()
    assert web.post("/new-job/", {"name": "x", "toml": text}).status_code == 302
