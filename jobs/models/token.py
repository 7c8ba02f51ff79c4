"""Token: a key for the API. Only its digest is stored (django-rest-knox); its scope is a ceiling below its user's role."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from jobs.models.role import Role
from jobs.timing import clock

NOTED_EVERY = timedelta(minutes=10)
"""last_used_at is as exact as this: it costs a write."""


class Scope(models.TextChoices):
    READ = "read", _("read: sees jobs, runs and logs")
    RUN = "run", _("run: also starts, stops and pauses")
    EDIT = "edit", _("edit: also writes jobs")
    ADMIN = "admin", _("admin: all that a token can do; never users or tokens")
    OWNER = "owner", _("owner: the token in MXX_HOME, all that its user may do")


ROLES: dict[str, Role] = {
    Scope.READ: Role.VIEWER,
    Scope.RUN: Role.OPERATOR,
    Scope.EDIT: Role.EDITOR,
    Scope.ADMIN: Role.ADMIN,
}
"""The role that a scope reaches up to."""


class Token(AbstractAuthToken):
    name = models.CharField(max_length=100, default="token")
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.READ)
    job = models.ForeignKey(
        "jobs.Job",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="the only job that it is for; none: all",
    )
    last_used_at = models.DateTimeField(null=True)

    NEVER: ClassVar[tuple[str, ...]] = ("auth.", "jobs.add_triggerlink", "jobs.delete_token")
    """How the permissions begin that no token has: whoever finds one cannot make it outlive its end."""

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}...)"

    @property
    def is_the_owners(self) -> bool:
        """It lies in MXX_HOME: who can read it has the database too."""
        return self.scope == Scope.OWNER

    def allows(self, permission: str) -> bool:
        """Its user needs the permission as well."""
        if self.is_the_owners:
            return True
        return permission in ROLES[self.scope].permissions() and not permission.startswith(self.NEVER)

    def note_use(self) -> None:
        now = clock.now()
        if self.last_used_at is None or now - self.last_used_at > NOTED_EVERY:
            self.last_used_at = now
            self.save(update_fields=["last_used_at"])
