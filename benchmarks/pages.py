"""Every page that somebody opens, with the filters that cost most: what the benchmark of the history asks for.

A test holds the list whole (tests/web/test_costs.py): whoever adds a page measures it.
"""

from __future__ import annotations

from datetime import date, timedelta

WORDS = ("refused", "emulator booted", '"战斗"', "nowhere")
"""In many logs, in one line of each, in another script, in none."""


def pages(runs: int, today: date) -> list[str]:
    """runs: the id of the newest."""
    return [
        *("/", "/jobs/", "/jobs/?page=12", "/jobs/?tag=farm-1", "/jobs/?q=job-5&state=needs-you"),
        *("/jobs/job-0/", *(f"/jobs/job-500/{part}" for part in PARTS), "/new-job/", "/next/"),
        *("/runs/", "/runs/?job=job-0&status=bad", *(f"/runs/?text={words}" for words in WORDS)),
        *(f"/runs/{runs}/", f"/runs/{runs}/log/?first=1&last=40"),
        *calendar(today),
        *("/plugins/", "/plugins/os/", "/settings/", *(f"/settings/{part}/" for part in SETTINGS)),
    ]


PARTS = ("", "why/", "revisions/", "revisions/1/", "links/", "delete/")
SETTINGS = (
    *("audit", "applications", "applications/maa", "new-application", "take-over-applications"),
    *("secrets", "tokens", "password", "second-factor"),
)


def calendar(today: date) -> list[str]:
    """A week and a day of each: with what has happened, with what is due, and with both; narrowed by a tag."""
    weeks = [f"{day:%G-W%V}" for day in (today - timedelta(days=7), today + timedelta(days=7))]
    days = [today - timedelta(days=1), today, today + timedelta(days=1)]
    asked = [*(f"week={week}" for week in weeks), *(f"day={day}" for day in days)]
    return [
        "/calendar/",
        *(f"/calendar/?{one}" for one in asked),
        "/calendar/?tag=farm-1",
        f"/calendar/?{asked[0]}&tag=farm-1",
    ]


def admin(runs: int) -> list[str]:
    lists = ("job", "run", "revision", "application", "token", "triggerlink", "secret", "quiet", "auditentry")
    return [
        *("/admin/", *(f"/admin/jobs/{name}/" for name in lists), "/admin/auth/user/"),
        *("/admin/jobs/job/?q=job-5", "/admin/jobs/run/?status__exact=failed", "/admin/jobs/run/?q=job-0"),
        *("/admin/jobs/job/add/", "/admin/jobs/job/1/change/", f"/admin/jobs/run/{runs}/change/"),
    ]
