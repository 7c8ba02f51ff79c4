"""Role: what a user may do, as a ladder of Django groups. Each rung has what the rungs below it have, and its own."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """In rising order."""

    VIEWER = "viewer", _("viewer: sees jobs, runs and logs")
    OPERATOR = "operator", _("operator: also starts, stops and pauses what is there")
    EDITOR = "editor", _("editor: also writes jobs, which is to run code as the user of MXX")
    ADMIN = "admin", _("admin: also users, roles, everybody's tokens, the audit log")

    @property
    def rank(self) -> int:
        """1 for the lowest; nobody's is 0."""
        return list(Role).index(self) + 1

    def permissions(self) -> frozenset[str]:
        """As `user.has_perm` takes them: "jobs.change_job"."""
        return frozenset(name for role in list(Role)[: self.rank] for name in ADDED[role])


ADDED: dict[Role, tuple[str, ...]] = {
    Role.VIEWER: ("jobs.view_job", "jobs.view_run", "jobs.view_application"),
    Role.OPERATOR: ("jobs.add_run", "jobs.change_run", "jobs.pause_job"),
    Role.EDITOR: (
        *(f"jobs.{verb}_job" for verb in ("add", "change", "delete")),
        "jobs.delete_run",
        *(f"jobs.{verb}_application" for verb in ("add", "change", "delete")),
        *(f"jobs.{verb}_triggerlink" for verb in ("view", "add", "delete")),
        *(f"jobs.{verb}_secret" for verb in ("view", "add", "change", "delete")),
    ),
    Role.ADMIN: (
        *(f"auth.{verb}_user" for verb in ("view", "add", "change", "delete")),
        *(
            f"jobs.{verb}"
            for verb in (
                "view_token",
                "delete_token",
                "view_revision",
                "view_runevent",
                "view_schedule",
                "view_auditentry",
            )
        ),
        *(f"jobs.{verb}_quiet" for verb in ("view", "add", "change", "delete")),
    ),
}
"""What each role has beyond the one below it. A permission that stands nowhere here is nobody's but a superuser's."""


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role | None:
    """The highest one; of a superuser admin; None for whoever has none. One query, or none where groups were prefetched."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.ADMIN
    names = {group.name for group in user.groups.all()}
    return next((role for role in reversed(Role) if role in names), None)


def admins() -> models.QuerySet[User]:
    """Active people who can log in and are admin; the local owner has no password and does not count."""
    able = models.Q(is_superuser=True) | models.Q(groups__name=Role.ADMIN)
    people = User.objects.filter(able, is_active=True)
    return people.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).distinct()


def make_groups(**_: object) -> None:
    """The four groups with exactly the permissions of their role; after each migration, so that a change here arrives."""
    for role in Role:
        group, _created = Group.objects.get_or_create(name=role.value)
        group.permissions.set(_rows(role.permissions()))


def _rows(names: frozenset[str]) -> list[Permission]:
    wanted = models.Q()
    for name in names:
        app, _, codename = name.partition(".")
        wanted |= models.Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(wanted))
