"""A job in the admin: a name, and the job file as text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.models import Job
from plugins import jobfile
from plugins.exceptions import BadInput, Problem

EXAMPLE = '[os]\ncmd = "echo hello"\n\n[schedule]\ntrigger = "cron"\nhour = 4\nminute = 30\n'
HELP = _(
    "The whole job file: one table a plugin, and [schedule] or [[schedule]] for when it runs. Schedules are edited here."
)


class JobText(forms.CharField):
    """TOML, kept to the letter."""

    def __init__(self, **options: Any) -> None:
        area = forms.Textarea(
            attrs={"rows": 28, "cols": 100, "wrap": "off", "spellcheck": "false", "class": "mxx-text"}
        )
        super().__init__(widget=area, strip=False, label=_("Job file"), help_text=HELP, **options)


class JobForm(forms.ModelForm):
    name = forms.CharField(
        max_length=1000, help_text=_("Letters, digits, space and . _ -; unique, ignoring case.")
    )
    enabled = forms.BooleanField(
        required=False, initial=True, help_text=_("Off: none of its schedules fires.")
    )
    text = JobText(initial=EXAMPLE)

    draft: services.Draft

    class Meta:
        model = Job
        fields = ("name", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["text"] = self.instance.toml

    def clean_name(self) -> str:
        try:
            name = jobfile.check_name(self.cleaned_data["name"])
        except BadInput as error:
            raise forms.ValidationError([_sentence(problem, "") for problem in error.problems]) from None
        others = Job.objects.present().exclude(pk=self.instance.pk)
        if others.filter(name_key=jobfile.name_key(name)).exists():
            raise forms.ValidationError(_("A job named “%(name)s” exists already.") % {"name": name})
        return name

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            self.draft = services.read_draft(text=text)
        except BadInput as error:
            raise forms.ValidationError([_sentence(problem) for problem in error.problems]) from None
        return text


def _sentence(problem: Problem, field: str | None = None) -> str:
    """The problem for somebody who sees the text beside it; the name's own field needs no naming."""
    shown = problem if field is None else Problem(field, problem.code, problem.message, problem.example)
    return str(shown)
