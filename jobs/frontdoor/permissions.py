"""Who logs in, and what they may do: as Django has it, but in one query."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission

CACHE = "_perm_cache"
"""Where Django keeps it for the request."""


class People(ModelBackend):
    """Django asks for a user's permissions and then for those of their groups: a query more for each page and call of the API."""

    def get_all_permissions(self, user_obj: AbstractBaseUser | AnonymousUser, obj: object = None) -> set[str]:
        remembered = vars(user_obj)
        if (
            not user_obj.is_active
            or user_obj.is_anonymous
            or remembered.get("is_superuser")
            or obj is not None
        ):
            return super().get_all_permissions(user_obj, obj)  # type: ignore[arg-type]
        if CACHE not in remembered:
            remembered[CACHE] = _of(user_obj.pk)
        found: set[str] = remembered[CACHE]
        return found


def _of(user: int) -> set[str]:
    named = Permission.objects.order_by().values_list("content_type__app_label", "codename")
    found = named.filter(user=user).union(named.filter(group__user=user))
    return {f"{app}.{name}" for app, name in found}
