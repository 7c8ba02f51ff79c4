"""What rows and columns are called in the administration, in the reader's language.

The models name them in plain English, for the API's schema and the migrations too; only what the administration shows of them
is told anew.
"""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy

from jobs.timing.speech import noted

NAMES = (
    noted("NOUN.VERB: job.changed, login.failed, denied"),
    noted("action"),
    noted("address"),
    noted("app"),
    noted("application"),
    noted("applications"),
    noted("asked by"),
    noted("at"),
    noted("attempt"),
    noted("audit entry"),
    noted("audit log"),
    noted("author"),
    noted("cfge"),
    noted("cfgroute"),
    noted("changed at"),
    noted("counts claims; 1 is the first"),
    noted("created"),
    noted("created at"),
    noted("description"),
    noted("empty: MXX itself, or a command on its host"),
    noted("enabled"),
    noted("exit code"),
    noted("expiry"),
    noted("finished at"),
    noted("hook"),
    noted("host"),
    noted("it ends with this account, and starts nothing that the account may not start"),
    noted("its configuration folder (or file), below the folder"),
    noted("job"),
    noted("jobs"),
    noted("kind"),
    noted("last used at"),
    noted("message"),
    noted("name"),
    noted("name and beginning of the token used"),
    noted("next run time"),
    noted("number"),
    noted("of the program that decided"),
    noted("overlap"),
    noted("path"),
    noted("paths that an import leaves alone"),
    noted("plugin"),
    noted("pool"),
    noted("queued at"),
    noted("quiet"),
    noted("quiet times"),
    noted("reason"),
    noted("requested by"),
    noted("retry of"),
    noted("revision"),
    noted("revisions"),
    noted("run"),
    noted("runs"),
    noted("scheduled for"),
    noted("scope"),
    noted("seconds"),
    noted("secret"),
    noted("secrets"),
    noted("since"),
    noted("source"),
    noted("started at"),
    noted("status"),
    noted("target"),
    noted("text"),
    noted("the name of what it was done to"),
    noted("the only job that it is for; none: all"),
    noted("the program's file, below the folder"),
    noted("the program's folder"),
    noted("the trigger in words"),
    noted("timezone"),
    noted("token"),
    noted("tokens"),
    noted("trigger link"),
    noted("trigger links"),
    noted("until"),
    noted("user"),
    noted("warned"),
    noted("who"),
    noted("why it ended, waits or did not run, in words"),
)
NOT_TRANSLATED_BY_DJANGO = (noted("Model name"), noted("Add link"), noted("Change or view list link"))


def translate_names(site: AdminSite) -> None:
    """Of every model that it shows, and of their inlines. A migration is none: names that were given stay in `_verbose_name`."""
    for model, shown in site._registry.items():
        for one in (model, *(inline.model for inline in shown.inlines)):
            if one._meta.app_label == "jobs":
                _translate(one)


def _translate(model: type[Model]) -> None:
    meta = model._meta
    meta.verbose_name = gettext_lazy(str(meta.verbose_name))
    meta.verbose_name_plural = gettext_lazy(str(meta.verbose_name_plural))
    for field in meta.get_fields():
        if isinstance(field, Field):
            field.verbose_name = gettext_lazy(str(field.verbose_name))
            if field.help_text:
                field.help_text = gettext_lazy(str(field.help_text))
