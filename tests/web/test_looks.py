"""What the page of a live run asks every second: told to many at little cost, and to nobody who may not know it."""

from __future__ import annotations

import heapq
import os
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs import services
from jobs.models import Run, Source, Status
from jobs.services.entrance import BEGAN, LONGEST
from jobs.timing import clock
from jobs.web.pace import Pace
from plugins.custody.backends import backend
from plugins.custody.detaching import place_of
from plugins.output.segments import OUT
from tests.api.kit import person
from tests.chaos.mxx import until
from tests.web import story

POLL = {"HX-Request": "true"}


@pytest.fixture
def running(db: None) -> Run:
    job = story.job("hello", '[os]\ncmd = ["echo", "hello"]\n')
    return story.run(job, Status.RUNNING, ago=10, lasted=0, schedule=None, source=Source.MANUAL)


@pytest.fixture
def viewer(db: None, client: Client) -> Client:
    """Somebody who may look, and did."""
    client.force_login(person("viewer"))
    return client


def look(
    web: Client, run: Run, *, seen: int = 0, told: str = "running", fresh: bool = True, **headers: str
) -> Any:
    """fresh: the page was told the story this moment."""
    at = round(clock.now().timestamp() * 1000) if fresh else 0
    known = f"offset={seen}&seen={seen}&line=0&attempt=1&status={told}&story={at}"
    return web.get(f"/runs/{run.pk}/log/?{known}", headers={**POLL, **headers})


def queries_of_a_look(web: Client, run: Run) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert look(web, run).status_code == 200
    return len(asked)


def test_new_lines_come_at_once_and_the_story_every_few_seconds(web: Client, running: Run) -> None:
    story.writer(running).append(OUT, 1, b"first words\n")
    for _ in range(2):  # by the gate, and as it is remembered
        lines, whole = look(web, running), look(web, running, fresh=False)
        assert (b"first words" in lines.content, b"first words" in whole.content) == (True, True)
        assert (b'id="run-verdict"' in lines.content, b'id="run-verdict"' in whole.content) == (False, True)
        assert b'id="run-actions"' not in whole.content


def test_nothing_new_is_told_in_no_words(web: Client, running: Run) -> None:
    story.writer(running).append(OUT, 1, b"first words\n")
    answers = [look(web, running, seen=12) for _ in range(2)]
    assert [(answer.content, answer["HX-Reswap"]) for answer in answers] == [(b"", "none")] * 2


def test_who_looks_again_costs_the_database_nothing(web: Client, running: Run) -> None:
    story.writer(running).append(OUT, 1, b"first words\n")
    look(web, running)
    until(lambda: queries_of_a_look(web, running) == 0)


def test_a_run_that_stands_otherwise_is_told_with_its_buttons(web: Client, running: Run) -> None:
    assert b'id="run-actions"' in look(web, running, told="claimed").content
    look(web, running)
    services.cancel_run(run=running)
    until(lambda: "Stopping…" in look(web, running).content.decode())
    running.move(Status.SUCCEEDED, expect=[Status.RUNNING], finished_at=clock.now())
    until(lambda: look(web, running).status_code == 286)


def leave_behind(run: Run) -> None:
    """A detached program that lives: this process."""
    folder, me = place_of(services.run_dir(run), 1), backend().identity(os.getpid())
    assert me is not None
    folder.path.mkdir(parents=True)
    folder.take_marker({"boot": backend().boot(), **me.told()})
    folder.write("program", {**me.told(), "name": "left", "argv": ["left"], "at": 0.0})


def test_a_story_with_a_button_in_it_is_made_for_each_look(web: Client, running: Run) -> None:
    leave_behind(running)
    stories = [look(web, running, fresh=False).content.decode() for _ in range(3)]
    buttons = [
        re.findall(r'csrfmiddlewaretoken" value="(\w+)"', told.split('id="run-actions"')[0])
        for told in stories
    ]
    assert len({token for (token,) in buttons}) == 3


def role_is_taken(user: User) -> None:
    user.groups.clear()


def account_is_closed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def password_is_changed(user: User) -> None:
    user.set_password(story.PASSWORD)
    user.save()


def session_is_ended(user: User) -> None:
    Session.objects.all().delete()


@pytest.mark.parametrize("end", [role_is_taken, account_is_closed, password_is_changed, session_is_ended])
def test_who_may_no_longer_look_is_turned_away_within_two_seconds(
    viewer: Client, running: Run, end: Callable[[User], None]
) -> None:
    story.writer(running).append(OUT, 1, b"first words\n")
    assert [look(viewer, running).status_code for _ in range(2)] == [200, 200]
    end(User.objects.get(username="viewer"))
    began = time.monotonic()
    until(lambda: b"first words" not in look(viewer, running).content)
    assert time.monotonic() - began < 2


def test_what_is_remembered_ends_with_the_session(viewer: Client, running: Run) -> None:
    session = viewer.session
    session[BEGAN] = (clock.now() - LONGEST).timestamp() + 2
    session.save()
    assert look(viewer, running).status_code == 200
    until(lambda: look(viewer, running).headers.get("HX-Redirect") == "/login/?next=/", 5)


def test_a_stranger_is_told_nothing_while_others_look(web: Client, running: Run) -> None:
    look(web, running)
    for cookie in ("", "x", Session.objects.get().pk.upper()):
        stranger = Client()
        stranger.cookies["sessionid"] = cookie
        assert look(stranger, running).headers["HX-Redirect"] == "/login/?next=/"
    nobody = Client()
    nobody.force_login(person("", "guest"))
    assert look(nobody, running).status_code == 403


def test_another_site_and_another_name_get_no_answer(web: Client, running: Run) -> None:
    look(web, running)
    assert look(web, running, sec_fetch_site="cross-site").status_code == 403
    assert look(web, running, host="evil.example").status_code == 400


def test_a_look_carries_the_headers_of_a_page(web: Client, running: Run) -> None:
    page = web.get(f"/runs/{running.pk}/")
    look(web, running)
    quick = look(web, running, fresh=False)
    assert {*page.headers} - {*quick.headers} - {"Set-Cookie"} == set()
    assert page.headers["Content-Security-Policy"] == quick.headers["Content-Security-Policy"]


def test_each_is_told_in_their_own_language_and_zone(web: Client, running: Run) -> None:
    story.writer(running).append(OUT, 1, b"first words\n")
    look(web, running)
    berlin = look(web, running, fresh=False).content.decode()
    web.cookies["mxx_language"], web.cookies["mxx_zone"] = "zh-hans", "Asia/Kathmandu"
    kathmandu = look(web, running, fresh=False).content.decode()
    assert ("Europe/Berlin" in berlin, "Asia/Kathmandu" in kathmandu) == (True, True)
    assert ("Receipt so far" in berlin, "Receipt so far" in kathmandu) == (True, False)


def test_another_run_with_the_same_id_tells_its_own_lines(web: Client, running: Run) -> None:
    story.writer(running).append(OUT, 1, b"first words\n")
    look(web, running)
    assert b"first words" in look(web, running).content
    services.run_dir(running).log.joinpath(f"{0:015d}.seg").unlink()
    Run.objects.filter(pk=running.pk).update(queued_at=clock.now())
    story.writer(running).append(OUT, 1, b"other words\n")
    until(lambda: b"other words" in look(web, running).content)


def test_a_silent_run_is_asked_seldom_and_at_once_again_when_it_speaks() -> None:
    pace = Pace()
    asked = [pace.pause(1, 5, now) for now in (0.0, 9.0, 11.0, 59.0, 61.0)]
    assert asked == [1.0, 1.0, 2.0, 2.0, 3.0]
    assert pace.pause(1, 6, 62.0) == 1.0


def looks_within(seconds: float, pages: int) -> int:
    """That so many pages have, each of a run that speaks, if they keep to the pause."""
    pace, count = Pace(), 0
    waiting = [(number / pages, number) for number in range(pages)]
    while waiting[0][0] < seconds:
        now, number = heapq.heappop(waiting)
        count += 1
        heapq.heappush(waiting, (now + pace.pause(number, count, now), number))
    return count


def test_very_many_pages_wait_longer_and_few_do_not() -> None:
    assert looks_within(20, pages=50) == 20 * 50
    assert looks_within(20, pages=200) < 0.7 * 20 * 200
    assert looks_within(20, pages=1000) < 0.5 * 20 * 1000
