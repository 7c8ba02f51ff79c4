"""Jobs in the admin: the same checks as everywhere, and nothing that goes past the services."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from jobs import services
from jobs.models import Job, Revision, Run, Schedule, Status
from tests.api.kit import HELLO, make_job, row_counts
from tests.corpus.broken import Broken, broken_job_files

LIST, ADD = "/admin/jobs/job/", "/admin/jobs/job/add/"
TICKING = HELLO + '[[schedule]]\nname = "tick"\ntrigger = "interval"\nseconds = 30\n'
TWO = TICKING + '[[schedule]]\nname = "tock"\ntrigger = "interval"\nseconds = 30\n'


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def page_of(job: Job) -> str:
    return reverse("admin:jobs_job_change", args=[job.pk])


def form(job: Job | None = None, **values: Any) -> dict[str, Any]:
    """What a browser sends for the form as it stands, with some values changed; `off` names schedules without a tick."""
    off = values.pop("off", [])
    rows = list(job.schedules.present()) if job else []
    sent: dict[str, Any] = {
        "name": job.name if job else "hello",
        "text": job.toml if job else HELLO,
        "enabled": "on",
    }
    sent |= {"schedules-TOTAL_FORMS": len(rows), "schedules-INITIAL_FORMS": len(rows)}
    for number, row in enumerate(rows):
        sent |= {f"schedules-{number}-id": row.pk, f"schedules-{number}-job": row.job_id}
        if row.enabled and row.name not in off:
            sent[f"schedules-{number}-enabled"] = "on"
    sent |= values
    return {name: value for name, value in sent.items() if value is not None}


def act(admin: Client, action: str, *jobs: Job) -> str:
    response = admin.post(LIST, {"action": action, "_selected_action": [job.pk for job in jobs]}, follow=True)
    assert response.status_code == 200
    return " ".join(str(message) for message in response.context["messages"])


def refused(admin: Client, url: str, sent: dict[str, Any], field: str) -> list[str]:
    """The errors at one field of a form that came back with the text as it was sent, and changed nothing."""
    before = row_counts()
    response = admin.post(url, sent)
    assert response.status_code == 200
    assert row_counts() == before
    shown = response.context["adminform"].form
    assert shown["text"].value() == sent["text"]
    return list(shown.errors[field])


def test_a_new_job_is_saved_through_the_services(admin: Client) -> None:
    assert admin.post(ADD, form(text=TICKING)).status_code == 302
    job = Job.objects.get()
    assert (job.name, job.toml, job.source, job.enabled) == ("hello", TICKING, "admin", True)
    assert job.revision is not None
    assert str(job.revision.author) == "boss"
    assert Schedule.objects.get().next_run_time is not None


def test_a_new_job_can_be_born_paused(admin: Client) -> None:
    admin.post(ADD, form(text=TICKING, enabled=None))
    assert not Job.objects.get().enabled
    assert Schedule.objects.get().next_run_time is None


def test_a_text_from_a_browser_loses_its_carriage_returns_and_keeps_its_ends(admin: Client) -> None:
    text = "\n# first\n" + HELLO + "\n\n"
    admin.post(ADD, form(text=text.replace("\n", "\r\n")))
    assert Job.objects.get().toml == text


def test_saving_the_form_untouched_changes_nothing(admin: Client) -> None:
    job = make_job(toml=TWO)
    before = Schedule.objects.order_by("pk").values_list("pk", "next_run_time", "rev")
    rows = list(before)
    assert admin.post(page_of(job), form(job)).status_code == 302
    assert list(before.all()) == rows
    assert Revision.objects.count() == 1


def test_a_changed_text_makes_a_revision_and_new_schedules(admin: Client) -> None:
    job = make_job()
    assert admin.post(page_of(job), form(job, text=TICKING)).status_code == 302
    assert [schedule.name for schedule in Schedule.objects.present()] == ["tick"]
    assert Revision.objects.count() == 2


def test_a_schedule_is_paused_and_resumed_by_its_tick(admin: Client) -> None:
    job = make_job(toml=TWO)
    admin.post(page_of(job), form(job, off=["tock"]))
    assert {row.name: bool(row.next_run_time) for row in Schedule.objects.all()} == {
        "tick": True,
        "tock": False,
    }
    admin.post(page_of(job), {**form(job), "schedules-1-enabled": "on"})
    assert Schedule.objects.filter(enabled=True, next_run_time__isnull=False).count() == 2


def test_a_schedule_that_the_new_text_takes_away_needs_no_tick(admin: Client) -> None:
    job = make_job(toml=TWO)
    assert admin.post(page_of(job), form(job, text=TICKING, off=["tock"])).status_code == 302
    assert [schedule.name for schedule in Schedule.objects.present()] == ["tick"]


def test_the_tick_of_the_job_pauses_and_resumes_all_its_schedules(admin: Client) -> None:
    job = make_job(toml=TWO)
    admin.post(page_of(job), form(job, enabled=None))
    assert not Schedule.objects.filter(next_run_time__isnull=False).exists()
    admin.post(page_of(job), form(job))
    assert Schedule.objects.filter(next_run_time__isnull=False).count() == 2


def test_the_page_shows_the_text_and_each_schedule_in_words(admin: Client) -> None:
    job = make_job(toml=TICKING)
    page = admin.get(page_of(job)).content.decode()
    assert "Every 30 seconds" in page
    assert "seconds = 30" in page
    assert 'spellcheck="false"' in page


SENDABLE = [
    case
    for case in broken_job_files()
    if case.format == "toml" and case.text.isascii() and b"\0" not in case.text
]


@pytest.mark.parametrize("case", SENDABLE, ids=[case.name for case in SENDABLE])
def test_a_broken_text_comes_back_with_its_reason_and_line(admin: Client, case: Broken) -> None:
    errors = refused(admin, ADD, form(text=case.text.decode()), "text")
    assert any(case.message in error for error in errors)
    assert case.line is None or f"line {case.line}" in errors[0]


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        ('trigger = "cron"\nhour = 99', "schedule[0].hour"),
        ('trigger = "cron"\nhour = 4\ntimezone = "Mars/Phobos"', "schedule[0].timezone"),
        ('trigger = "interval"\nseconds = 0', "schedule[0].seconds"),
    ],
)
def test_a_wrong_schedule_comes_back_with_its_field(admin: Client, schedule: str, field: str) -> None:
    (error,) = refused(admin, ADD, form(text=f"{HELLO}[schedule]\n{schedule}\n"), "text")
    assert field in error


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\x1bb", "a/b", ".hidden", "x" * 101])
def test_a_name_that_is_none_comes_back(admin: Client, name: str) -> None:
    assert refused(admin, ADD, form(name=name), "name")


def test_a_name_that_is_taken_comes_back_ignoring_case(admin: Client) -> None:
    make_job("Hello")
    (error,) = refused(admin, ADD, form(name="hELLO"), "name")
    assert "exists already" in error


def test_a_job_may_keep_its_own_name(admin: Client) -> None:
    job = make_job()
    assert admin.post(page_of(job), form(job, name="Hello")).status_code == 302
    assert Job.objects.get().name == "Hello"


def test_a_refused_change_changes_neither_text_nor_pause(admin: Client) -> None:
    job = make_job(toml=TICKING)
    refused(admin, page_of(job), form(job, text="[oss]\n", enabled=None, off=["tick"]), "text")
    job.refresh_from_db()
    assert (job.enabled, job.toml) == (True, TICKING)
    assert Schedule.objects.get().enabled


def test_a_form_above_one_mebibyte_is_refused_before_it_is_read(admin: Client) -> None:
    before = row_counts()
    assert admin.post(ADD, form(text="#" * 2 * 1024 * 1024)).status_code == 400
    assert row_counts() == before


def test_run_now_queues_one_run_by_hand(admin: Client) -> None:
    assert "queued" in act(admin, "run_now", make_job())
    run = Run.objects.get()
    assert (run.source, run.status, str(run.requested_by)) == ("manual", "queued", "boss")


def test_run_now_tells_which_job_lacks_a_param_and_queues_the_others(admin: Client) -> None:
    needy = make_job("needy", HELLO + "[params]\nwhom = {}\n")
    message = act(admin, "run_now", needy, make_job())
    assert "needy" in message
    assert [run.job_name for run in Run.objects.all()] == ["hello"]


def test_pause_and_resume_reach_the_schedules(admin: Client) -> None:
    job = make_job(toml=TICKING)
    assert "paused" in act(admin, "pause", job)
    assert Schedule.objects.get().next_run_time is None
    assert "resumed" in act(admin, "resume", job)
    assert Schedule.objects.get().next_run_time is not None


def test_cancel_ends_queued_runs_and_says_who(admin: Client) -> None:
    job = make_job()
    services.trigger_job(job=job)
    act(admin, "cancel_runs", job)
    run = Run.objects.get()
    assert (run.status, run.reason) == (Status.CANCELLED, "cancelled by boss")


@pytest.mark.parametrize("whole_list", [False, True])
def test_delete_is_soft_and_keeps_the_history(admin: Client, whole_list: bool) -> None:
    job = make_job(toml=TICKING)
    services.trigger_job(job=job)
    if whole_list:
        sent = {"action": "delete_selected", "_selected_action": [job.pk], "post": "yes"}
        assert admin.post(LIST, sent).status_code == 302
    else:
        assert admin.post(f"/admin/jobs/job/{job.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Job.objects.present().exists()
    assert (Run.objects.get().status, Run.objects.get().job_name) == (Status.CANCELLED, "hello")
    assert admin.get(page_of(job)).status_code == 302


def test_the_page_before_deleting_names_no_other_row(admin: Client) -> None:
    job = make_job(toml=TICKING)
    services.trigger_job(job=job)
    page = admin.get(f"/admin/jobs/job/{job.pk}/delete/")
    assert page.status_code == 200
    assert "protected" not in page.content.decode().lower()


def test_a_job_from_a_file_is_shown_but_neither_changed_nor_deleted(admin: Client) -> None:
    job = make_job(toml=TICKING, source="file:hello.toml")
    page = admin.get(page_of(job)).content.decode()
    assert "seconds = 30" in page
    assert "<textarea" not in page
    assert admin.post(page_of(job), form(job, text=HELLO)).status_code == 403
    assert admin.post(f"/admin/jobs/job/{job.pk}/delete/", {"post": "yes"}).status_code == 403
    act(admin, "delete_selected", job)
    assert Job.objects.present().get().toml == TICKING


def test_the_list_costs_the_same_queries_for_three_jobs_and_for_thirty(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        make_job(f"job {number}", TICKING)
    with django_assert_max_num_queries(10):
        assert admin.get(LIST).status_code == 200


def test_staff_with_view_permission_only_sees_and_starts_nothing(db: None) -> None:
    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_job"))
    client = Client()
    client.force_login(user)
    job = make_job(toml=TICKING)
    assert "seconds = 30" in client.get(page_of(job)).content.decode()
    assert client.post(page_of(job), form(job, text=HELLO)).status_code == 403
    client.post(LIST, {"action": "run_now", "_selected_action": [job.pk]})
    assert not Run.objects.exists()


def test_no_page_of_a_job_has_an_inline_script(admin: Client) -> None:
    for url in (LIST, ADD, page_of(make_job(toml=TICKING))):
        scripts = re.findall(
            r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", admin.get(url).content.decode()
        )
        assert scripts == []


def test_before_saving_a_button_tells_the_next_ten_times(admin: Client) -> None:
    page = admin.get(ADD).content.decode()
    [url] = re.findall(r'formaction="([^"]+)"', page)
    daily = f'{HELLO}[schedule]\ntrigger = "cron"\nhour = 4\n'
    told = admin.post(url, form(text=daily)).content.decode()
    assert "Every day at 04:00" in told
    assert told.count("<li><time") == 10
    assert not Job.objects.exists()
