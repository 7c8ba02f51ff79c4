"""The audit log as a page: filters in the address, pages by the last entry, changes as they were."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from jobs import services
from jobs.models import AuditEntry
from tests.api.kit import person
from tests.web import story

HELLO, BYE = '[os]\ncmd = ["echo", "hello"]\n', '[os]\ncmd = ["echo", "bye"]\n'
CANARY = '"><script>alert(1)</script>'


def shown(web: Client, query: str = "") -> str:
    answer = web.get(f"/settings/audit/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def save(text: str, of: Any = None) -> Any:
    draft = services.read_draft(text=text)
    return services.save_job(name="hello", draft=draft, source="page", job=of)


def test_a_change_is_told_with_what_was_and_what_is(web: Client) -> None:
    save(BYE, of=save(HELLO))
    page = shown(web)
    assert "<del>-cmd = [&quot;echo&quot;, &quot;hello&quot;]</del>" in page
    assert "<ins>+cmd = [&quot;echo&quot;, &quot;bye&quot;]</ins>" in page
    assert 'href="/jobs/hello/"' in page


def test_who_from_where_and_each_of_them_leads_to_its_like(web: Client) -> None:
    save(HELLO)
    web.post("/jobs/hello/pause/")
    page = shown(web)
    assert '<a href="?who=mira">mira</a>, from 127.0.0.1' in page
    assert '<a href="?action=job.paused">job.paused</a> <a href="?target=hello">hello</a>' in page


def test_filters_narrow_it_and_stay_in_the_address_of_the_older_ones(web: Client) -> None:
    for number in range(60):
        services.record("job.paused", f"job {number}")
    services.record("job.resumed", "job 7")
    page = shown(web, "?action=job.paused")
    last = AuditEntry.objects.get(target="job 10").pk
    assert "job.resumed" not in page
    assert f"?action=job.paused&amp;before={last}" in page
    older = shown(web, f"?action=job.paused&before={last}")
    assert ">job 9<" in older and ">job 10<" not in older and "Older entries" not in older


def test_what_nobody_was_logged_in_for_was_mxx(web: Client) -> None:
    services.record("quiet.ended")
    assert "MXX itself" in shown(web, "?who=mxx")
    assert "No entry fits." in shown(web, "?who=nobody")


def test_a_filter_that_is_no_number_is_none(web: Client) -> None:
    services.record("quiet.ended")
    assert "quiet.ended" in shown(web, "?before=%C2%B2x&who=&page=%00")


def test_what_people_wrote_is_text(web: Client) -> None:
    services.record("login.failed", CANARY, given=CANARY, **{CANARY: [CANARY]})
    page = shown(web)
    assert CANARY not in page and "alert(1)" in page


def test_only_admins_see_it_and_are_led_to_it(client: Client, web: Client) -> None:
    assert "/settings/audit/" in web.get("/settings/").content.decode()
    client.force_login(person("editor"))
    assert client.get("/settings/audit/").status_code == 403
    assert "/settings/audit/" not in client.get("/settings/").content.decode()


def test_a_page_of_it_costs_the_same_queries_for_any_number(
    web: Client, mira: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        story.job(f"job {number}", HELLO)
    with django_assert_max_num_queries(12):
        shown(web)
