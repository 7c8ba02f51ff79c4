"""Secrets: named, set anew, deleted. No page shows a value."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.admin.readonly import caller, time_column
from jobs.models import Secret
from plugins.exceptions import BadInput


class SecretForm(forms.ModelForm):
    name = forms.CharField(max_length=100, help_text=_("As it is named in job files: ${secret.NAME}"))
    value = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Written, never shown again."),
    )

    class Meta:
        model = Secret
        fields = ("name",)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors:
            self._check(values)
        return values

    def _check(self, values: dict[str, Any]) -> None:
        name = self.instance.name if self.instance.pk else values["name"]
        try:
            services.check_secret(name, values["value"])
        except BadInput as error:
            for problem in error.problems:
                self.add_error(problem.field if problem.field in self.fields else None, problem.message)


class SecretAdmin(admin.ModelAdmin):
    form = SecretForm
    list_display = ("name", "changed", "author")
    list_select_related = ("author",)
    search_fields = ("name",)
    ordering = ("name",)

    changed = time_column("changed_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Secret | None = None) -> tuple[str, ...]:
        return ("name",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Secret, form: Any, change: bool) -> None:
        saved = services.set_secret(name=obj.name, value=form.cleaned_data["value"], by=caller(request))
        obj.pk = saved.pk
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Secret) -> None:
        services.delete_secret(secret=obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for secret in queryset:
            services.delete_secret(secret=secret)
