"""Registered applications: the same checks as in the API, the lists one entry a line."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.admin.readonly import STYLE
from jobs.exceptions import Conflict
from jobs.models import Application
from plugins.exceptions import BadInput


class Lines(forms.CharField):
    """A list of texts, one a line."""

    def __init__(self, **options: Any) -> None:
        area = forms.Textarea(attrs={"rows": 4, "cols": 80, "class": "mxx-text"})
        super().__init__(widget=area, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list is what it is for
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class Overrides(forms.CharField):
    """A JSON object: path -> value."""

    def __init__(self, **options: Any) -> None:
        area = forms.Textarea(attrs={"rows": 8, "cols": 80, "class": "mxx-text"})
        super().__init__(widget=area, required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> dict[str, Any]:  # type: ignore[override]  # an object is what it is for
        try:
            found = json.loads(value or "{}")
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(f"This is no JSON: {error}") from None
        if not isinstance(found, dict):
            raise forms.ValidationError('Must be an object, for example {"gui.json/window/theme": "dark"}')
        return found


class ApplicationForm(forms.ModelForm):
    name = forms.CharField(max_length=1000)
    aliases = Lines(help_text=_("Other names, one a line."))
    path = forms.CharField(max_length=4096, help_text=_("The absolute path of the program's folder."))
    app = forms.CharField(max_length=4096, help_text=_("The program's file, below the folder."))
    cfgroute = forms.CharField(
        max_length=4096,
        required=False,
        label=_("Configuration"),
        help_text=_("Its configuration folder (or file), below the folder."),
    )
    cfgow = Overrides(
        label=_("Overrides"),
        help_text=_(
            'JSON, path to value: {"gui.json/window/theme": "dark"}; a path without a file is for every file.'
        ),
    )
    cfge = Lines(label=_("Excluded"), help_text=_("Paths that an import leaves alone, one a line."))

    draft: services.ApplicationDraft

    class Meta:
        model = Application
        fields = ("name", "path", "app", "cfgroute")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("aliases", "cfgow", "cfge"):
                self.initial[name] = getattr(self.instance, name)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.draft = services.ApplicationDraft(**values).checked()
            except BadInput as error:
                for problem in error.problems:
                    self.add_error(problem.field.partition("[")[0].partition(".")[0], problem.message)
        return values


class ApplicationAdmin(admin.ModelAdmin):
    form = ApplicationForm
    list_display = ("name", "also", "path", "app")
    search_fields = ("name", "names__text", "path")
    ordering = ("name_key",)
    fields = ("name", "aliases", "path", "app", "cfgroute", "cfgow", "cfge")

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        return super().get_queryset(request).prefetch_related("names")

    def view_on_site(self, application: Application) -> str:
        return reverse("web:application", args=[application.name])

    @admin.display(description=_("aliases"))
    def also(self, application: Application) -> str:
        return ", ".join(application.aliases)

    def save_model(self, request: HttpRequest, obj: Application, form: Any, change: bool) -> None:
        before = Application.objects.get(pk=obj.pk) if change else None
        saved = services.save_application(draft=form.draft, application=before)
        obj.pk = saved.pk
        obj.refresh_from_db()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A name may be taken already."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Conflict as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
