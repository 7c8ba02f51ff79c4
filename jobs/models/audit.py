"""AuditEntry: who did what, when, from where. Rows are only added: triggers in the database refuse the rest.

SQLite drops triggers when a migration makes a table anew: such a migration has to end with `audit_triggers.add`.
What a job's text was before and after stands in its revisions, which an entry names; no text is kept twice.
"""

from __future__ import annotations

from django.db import models

from jobs.timing import clock

KEPT_DAYS = 400
"""Younger rows cannot be deleted."""


class AuditEntry(models.Model):
    at = models.DateTimeField(default=clock.now)
    action = models.CharField(max_length=40, help_text="NOUN.VERB: job.changed, login.failed, denied")
    target = models.CharField(max_length=200, blank=True, help_text="the name of what it was done to")
    who = models.CharField(
        max_length=150, blank=True, help_text="empty: MXX itself, or a command on its host"
    )
    token = models.CharField(max_length=150, blank=True, help_text="name and beginning of the token used")
    address = models.CharField(max_length=45, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit log"
        indexes = [
            models.Index(fields=["action", "-at"], name="audit_by_action"),
            models.Index(fields=["target", "-at"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}".strip()
