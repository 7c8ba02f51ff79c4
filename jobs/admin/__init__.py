"""Face 3: Django's admin. It edits through jobs.services like every face, and never writes a row of its own."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User

from jobs import models
from jobs.admin.applications import ApplicationAdmin
from jobs.admin.audit import AuditAdmin
from jobs.admin.history import RevisionAdmin, RunAdmin
from jobs.admin.jobs import JobAdmin
from jobs.admin.people import PersonAdmin
from jobs.admin.quiet import QuietAdmin
from jobs.admin.secrets import SecretAdmin
from jobs.admin.tokens import TokenAdmin, TriggerLinkAdmin
from jobs.admin.words import translate_names


def hide_apscheduler(site: admin.AdminSite) -> None:
    """Its admin starts a scheduler inside the web process ("run selected jobs"); our pages show the same and more."""
    for model in apps.get_app_config("django_apscheduler").get_models():
        if site.is_registered(model):
            site.unregister(model)


hide_apscheduler(admin.site)
admin.site.unregister((User, Group))
admin.site.register(User, PersonAdmin)
admin.site.register(models.Job, JobAdmin)
admin.site.register(models.Run, RunAdmin)
admin.site.register(models.Revision, RevisionAdmin)
admin.site.register(models.Application, ApplicationAdmin)
admin.site.register(models.Token, TokenAdmin)
admin.site.register(models.TriggerLink, TriggerLinkAdmin)
admin.site.register(models.Secret, SecretAdmin)
admin.site.register(models.Quiet, QuietAdmin)
admin.site.register(models.AuditEntry, AuditAdmin)
translate_names(admin.site)
