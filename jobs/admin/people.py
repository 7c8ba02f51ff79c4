"""Users and their roles. A role is the only way to permissions: groups and superusers are not edited by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.admin.readonly import STYLE, caller
from jobs.exceptions import Conflict
from jobs.models import Role, role_of

CHOICES = [("", _("none: sees nothing")), *Role.choices]


class RoleField(forms.ChoiceField):
    def __init__(self, **options: Any) -> None:
        help_text = _("Whoever may edit jobs may run code as the user that MXX runs as.")
        super().__init__(choices=CHOICES, required=False, help_text=help_text, **options)


class NewPersonForm(AdminUserCreationForm):
    role = RoleField(initial=Role.VIEWER)


class PersonForm(UserChangeForm):
    role = RoleField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["role"] = role_of(self.instance) or ""

    def clean_is_active(self) -> bool:
        wanted: bool = self.cleaned_data["is_active"]
        if self.instance.is_active and not wanted:
            try:
                services.refuse_without_admin(self.instance)
            except Conflict as error:
                raise forms.ValidationError(str(error)) from None
        return wanted


class PersonAdmin(UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    list_display = ("username", "role", "is_active", "last_login")
    list_filter = ("is_active",)
    ordering = ("username",)
    list_per_page = 50
    actions = ("reset_factor",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "role", "is_active")}),
        (_("For the record"), {"fields": ("first_name", "last_name", "email", "last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2", "role")}),)

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")  # role_of asks for those of each

    @admin.display(description=_("role"))
    def role(self, user: User) -> str:
        found = role_of(user)
        return found.value if found else "-"

    @admin.action(description=_("Reset the second factor: the phone is lost"), permissions=["change"])
    def reset_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            had_one = services.drop_factor(user)
            words = "has none any more" if had_one else "had none"
            self.message_user(request, f"{user.username}: second factor: {words}.", messages.SUCCESS)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        services.record("user.changed" if change else "user.made", obj.username, fields=form.changed_data)
        if "role" in form.cleaned_data:
            role = form.cleaned_data["role"]
            services.give_role(user=obj, role=Role(role) if role else None, by=caller(request))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._in_words(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._in_words(request, super().delete_view, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._in_words(request, super().changelist_view, *args, **kwargs)

    def _in_words(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The last admin stays, and nobody rises above whoever lifts them: told on the same page, nothing is changed."""
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except (Conflict, PermissionDenied) as error:
            if request.method != "POST":
                raise
            self.message_user(request, str(error) or "You may not do this.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        services.refuse_without_admin(obj)
        services.record("user.deleted", obj.username)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)
