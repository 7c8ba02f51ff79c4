"""Jobs: the text is edited and checked as everywhere; schedules stand below it; run, pause, resume, cancel as actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.admin.filters import ComesFrom
from jobs.admin.forms import JobForm
from jobs.admin.readonly import STYLE, as_text, as_time, caller, time_column
from jobs.exceptions import Conflict, NotFound
from jobs.models import Job, Schedule, Source
from plugins.exceptions import MxxError


class ScheduleInline(admin.TabularInline):
    """The schedules that the text asks for. Only pausing one is done here: it is no part of the text."""

    model = Schedule
    verbose_name_plural = _("schedules (edited in the job file above; take the tick away to pause one)")
    readonly_fields = ("name", "text", "timezone", "next_run")
    fields = (*readonly_fields, "enabled")
    extra = 0
    can_delete = False

    next_run = time_column("next_run_time")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The table's head names a column for the eye only."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.widget.attrs["aria-label"] = db_field.verbose_name
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        return super().get_queryset(request).filter(deleted_at__isnull=True)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("jobs.change_job")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("jobs.view_job") or self.has_change_permission(request)


class JobAdmin(admin.ModelAdmin):
    form = JobForm
    inlines = (ScheduleInline,)
    list_display = ("name", "description", "enabled", "source", "next_run", "history")
    list_filter = ("enabled", ComesFrom, "overlap")
    search_fields = ("name", "description")
    ordering = ("name_key",)
    list_per_page = 50
    actions = ("run_now", "pause", "resume", "cancel_runs")
    fields = ("name", "enabled", "text")

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        jobs = super().get_queryset(request).filter(deleted_at__isnull=True)
        return jobs.select_related("revision").prefetch_related("schedules")

    def has_change_permission(self, request: HttpRequest, job: Job | None = None) -> bool:
        """A job from a file is changed in its file: here it can be seen, run and paused."""
        return super().has_change_permission(request, job) and not (job and job.file)

    def has_delete_permission(self, request: HttpRequest, job: Job | None = None) -> bool:
        return super().has_delete_permission(request, job) and not (job and job.file)

    def has_start_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.add_run")

    @admin.display(description=_("job file"))
    def text(self, job: Job) -> str:
        """Stands in place of the form's field where the job may only be seen."""
        return as_text(job.toml)

    @admin.display(description=_("next run"))
    def next_run(self, job: Job) -> str:
        times = [row.next_run_time for row in job.schedules.all() if row.next_run_time]
        return as_time(min(times, default=None))

    def view_on_site(self, job: Job) -> str:
        return reverse("web:job", args=[job.name])

    @admin.display(description=_("history"))
    def history(self, job: Job) -> str:
        return format_html(
            '<a href="{}?job__id__exact={}">{}</a>', reverse("admin:jobs_run_changelist"), job.pk, _("runs")
        )

    # ---- saving and deleting go through the services

    def save_model(self, request: HttpRequest, obj: Job, form: Any, change: bool) -> None:
        wanted = form.cleaned_data["enabled"]
        saved = services.save_job(
            name=form.cleaned_data["name"],
            draft=form.draft,
            source="admin",
            job=obj if change else None,
            author=caller(request),
            enabled=None if change else wanted,
        )
        if change and saved.enabled != wanted:
            (services.resume_job if wanted else services.pause_job)(job=saved)
        obj.pk = saved.pk
        obj.refresh_from_db()

    def save_formset(
        self, request: HttpRequest, form: Any, formset: forms.BaseInlineFormSet, change: bool
    ) -> None:
        """The only thing to change in a schedule's row is whether it is paused."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for row in formset.initial_forms:
            schedule = Schedule.objects.present().select_related("job").filter(pk=row.instance.pk).first()
            if schedule and row.has_changed():
                turn = services.resume_schedule if row.cleaned_data["enabled"] else services.pause_schedule
                turn(schedule=schedule)
                formset.changed_objects.append((schedule, ["enabled"]))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Somebody may take the name, or the job, between the check and the save."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except (Conflict, NotFound) as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def delete_model(self, request: HttpRequest, obj: Job) -> None:
        services.delete_job(job=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            services.delete_job(job=job)

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Deleting is soft: schedules end, history stays, so nothing else goes and nothing protects."""
        jobs = list(objs)
        kept = [str(job) for job in jobs if isinstance(job, Job) and job.file]
        return (
            [str(job) for job in jobs],
            {"jobs": len(jobs)},
            set(),
            [_("%(name)s (comes from a file)") % {"name": name} for name in kept],
        )

    # ---- actions

    @admin.action(description=_("Run now"), permissions=["start"])
    def run_now(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        by = caller(request)
        self._each(
            request, jobs, lambda job: services.trigger_job(job=job, source=Source.MANUAL, by=by), _("queued")
        )

    @admin.action(description=_("Pause: no schedule fires until resumed"), permissions=["change"])
    def pause(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self._each(request, jobs.filter(enabled=True), lambda job: services.pause_job(job=job), _("paused"))

    @admin.action(description=_("Resume"), permissions=["change"])
    def resume(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        self._each(
            request, jobs.filter(enabled=False), lambda job: services.resume_job(job=job), _("resumed")
        )

    @admin.action(description=_("Cancel queued and active runs"), permissions=["change"])
    def cancel_runs(self, request: HttpRequest, jobs: QuerySet[Job]) -> None:
        reason = f"cancelled by {caller(request).get_username()}"
        self._each(request, jobs, lambda job: services.cancel_job(job=job, reason=reason), _("asked to stop"))

    def _each(
        self, request: HttpRequest, jobs: QuerySet[Job], act: Callable[[Job], object], done: object
    ) -> None:
        """One job that refuses stops no other."""
        names = []
        for job in jobs:
            try:
                act(job)
                names.append(job.name)
            except MxxError as error:
                self.message_user(request, f"{job.name}: {error}", messages.ERROR)
        if names:
            self.message_user(request, f"{', '.join(names)}: {done}", messages.SUCCESS)
