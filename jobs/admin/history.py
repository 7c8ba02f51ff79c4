"""Runs with their events, and revisions: read-only. Runs can be stopped and repeated, never deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.admin.filters import Since
from jobs.admin.paging import Newest
from jobs.admin.readonly import ReadOnly, as_json, as_text, caller, time_column
from jobs.exceptions import Conflict
from jobs.models import Revision, Run, RunEvent


class EventInline(ReadOnly, admin.TabularInline):
    model = RunEvent
    verbose_name_plural = _("what happened")
    fields = ("when", "attempt", "kind", "plugin", "hook", "seconds", "message")
    readonly_fields = fields
    extra = 0

    when = time_column("at")


class RunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = (
        "id",
        "job_link",
        "state",
        "asked",
        "queued",
        "started",
        "took",
        "exit_code",
        "reason",
    )
    list_display_links = ("id",)
    list_filter = ("status", Since, "source", "warned")
    list_select_related = ("job",)
    list_per_page = 50
    paginator = Newest
    search_fields = ("job_name", "=id")
    search_help_text = _("a job's name, or the number of a run; of more than 10,000 the newest are listed")
    ordering = ("-id",)
    show_full_result_count = False  # counting a million rows for a footnote
    actions = ("cancel", "retry")
    inlines = (EventInline,)
    fields = (
        ("job_link", "asked", "state"),
        "reason",
        ("scheduled", "queued"),
        ("started", "finished", "took"),
        ("attempt", "exit_code", "pool", "host"),
        ("revision", "requested_by", "retry_of"),
        "log",
        "shown_params",
        "shown_receipt",
    )

    queued = time_column("queued_at")
    started = time_column("started_at")
    scheduled = time_column("scheduled_for")
    finished = time_column("finished_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return super().get_queryset(request).defer("receipt")

    def view_on_site(self, run: Run) -> str:
        return reverse("web:run", args=[run.pk])

    @admin.display(description=_("job"), ordering="job_name")
    def job_link(self, run: Run) -> str:
        if run.job is None or run.job.deleted_at is not None:
            return run.job_name
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:jobs_job_change", args=[run.job_id]), run.job.name
        )

    @admin.display(description=_("status"), ordering="status")
    def state(self, run: Run) -> str:
        return gettext(run.get_status_display()) + (gettext(", with warnings") if run.warned else "")

    @admin.display(description=_("source"), ordering="source")
    def asked(self, run: Run) -> str:
        return gettext(run.get_source_display())

    @admin.display(description=_("took"))
    def took(self, run: Run) -> str:
        return "-" if run.duration is None else f"{run.duration.total_seconds():.1f} s"

    @admin.display(description=_("log"))
    def log(self, run: Run) -> str:
        return format_html('<a href="{}">{}</a>', reverse("api-run-log", args=[run.pk]), _("from the start"))

    @admin.display(description=_("params"))
    def shown_params(self, run: Run) -> str:
        return as_json(run.params)

    @admin.display(description=_("receipt"))
    def shown_receipt(self, run: Run) -> str:
        return as_json(run.receipt)

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_run")

    def has_start_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.add_run")

    @admin.action(description=_("Cancel the selected runs"), permissions=["stop"])
    def cancel(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        reason = f"cancelled by {caller(request).get_username()}"
        self._each(
            request, runs, lambda run: services.cancel_run(run=run, reason=reason), _("%(n)d asked to stop")
        )

    @admin.action(description=_("Run the selected ones again"), permissions=["start"])
    def retry(self, request: HttpRequest, runs: QuerySet[Run]) -> None:
        by = caller(request)
        self._each(request, runs, lambda run: services.retry_run(run=run, by=by), _("%(n)d queued again"))

    def _each(self, request: HttpRequest, runs: QuerySet[Run], act: Any, done: Any) -> None:
        count = 0
        for run in runs.select_related("job", "revision"):
            try:
                act(run)
                count += 1
            except Conflict as error:
                self.message_user(request, str(error), messages.ERROR)
        if count:
            self.message_user(request, done % {"n": count}, messages.SUCCESS)


class RevisionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("job", "number", "written", "author")
    list_display_links = ("number",)
    list_select_related = ("job", "author")
    list_per_page = 50
    search_fields = ("job__name",)
    ordering = ("-id",)
    show_full_result_count = False
    fields = ("job", "number", "written", "author", "text")

    written = time_column("created_at")

    def view_on_site(self, revision: Revision) -> str | None:
        """The page of a text whose job is gone is gone too."""
        if revision.job is None or revision.job.deleted_at is not None:
            return None
        return reverse("web:revision", args=[revision.job.name, revision.number])

    @admin.display(description=_("job file"))
    def text(self, revision: Revision) -> str:
        return as_text(revision.toml)
