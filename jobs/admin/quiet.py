"""Quiet times: begun by adding one, ended early by deleting it; the rows of the past stay."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.admin.readonly import caller, time_column
from jobs.models import Quiet
from plugins.exceptions import BadInput


class QuietForm(forms.ModelForm):
    class Meta:
        model = Quiet
        fields = ("until",)
        help_texts = {"until": _("In UTC. Until then no schedule starts anything; runs by hand go on.")}  # noqa: RUF012

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        try:
            services.check_quiet_end(until)
        except BadInput as error:
            raise forms.ValidationError(str(error)) from None
        return until


class QuietAdmin(admin.ModelAdmin):
    form = QuietForm
    list_display = ("from_", "to", "asked_by")
    ordering = ("-since",)

    from_ = time_column("since")
    to = time_column("until")

    def save_model(self, request: HttpRequest, obj: Quiet, form: Any, change: bool) -> None:
        obj.pk = services.begin_quiet(until=form.cleaned_data["until"], by=caller(request)).pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only one that goes on is ended."""
        now = services.quiet_now()
        return (
            obj is not None
            and now is not None
            and obj.pk == now.pk
            and request.user.has_perm("jobs.pause_job")
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """After a restore nothing starts anyway, until it is resumed: by deleting that row."""
        now = services.quiet_now()
        return request.user.has_perm("jobs.pause_job") and not (now and now.is_open)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("jobs.view_job")

    def delete_model(self, request: HttpRequest, obj: Quiet) -> None:
        services.end_quiet(by=caller(request))
