"""Give and take roles. Nobody grants a role above their own, and the last admin stays."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction

from jobs.exceptions import Conflict
from jobs.models import Role, admins, role_of
from jobs.services.audit import record
from jobs.services.owner import USERNAME as LOCAL_OWNER
from jobs.services.people import Caller
from jobs.timing import clock


@transaction.atomic
def give_role(*, user: User, role: Role | None, by: Caller) -> None:
    """None takes every role away. Ends the user's sessions when it changes. Raises PermissionDenied, Conflict."""
    before = _locked_role(user)
    _refuse_above(by, role, before)
    if before == role:
        return
    if before == Role.ADMIN:
        refuse_without_admin(user)
    user.groups.set(Group.objects.filter(name=role) if role else [])
    user.is_staff, user.is_superuser = role == Role.ADMIN, False
    user.save(update_fields=["is_staff", "is_superuser"])
    record("user.role", user.get_username(), before=before, role=role)
    end_sessions(user)


def _locked_role(user: User) -> Role | None:
    """Two admins who take each other's role at once do it one after the other."""
    list(Group.objects.select_for_update().filter(name=Role.ADMIN))
    return role_of(user)


def _refuse_above(by: Caller, *roles: Role | None) -> None:
    own = role_of(by) if by else None
    if any(role and role.rank > (own.rank if own else 0) for role in roles):
        raise PermissionDenied("nobody gives or takes a role above their own")


def refuse_without_admin(leaving: User) -> None:
    """Raises Conflict when nobody who can log in would be admin without this user, or it is the machine's owner."""
    if leaving.username == LOCAL_OWNER:
        raise Conflict(f"{LOCAL_OWNER} is the owner of this machine: it is made anew at each start")
    if admins().filter(pk=leaving.pk).exists() and not admins().exclude(pk=leaving.pk).exists():
        raise Conflict(f"{leaving.get_username()} is the last admin: make another one first", field="role")


def end_sessions(user: User) -> None:
    """Everywhere they are logged in. Reads all living sessions: there are few, and it is rare."""
    for session in Session.objects.filter(expire_date__gt=clock.now()):
        if str(session.get_decoded().get("_auth_user_id")) == str(user.pk):
            session.delete()
