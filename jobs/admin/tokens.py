"""Tokens and links: who has one, and away with it. The key itself is shown nowhere: only its digest is stored."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from jobs.admin.readonly import time_column


class Credential(admin.ModelAdmin):
    """Seen and revoked; made by its owner, elsewhere."""

    made = time_column("created")
    used = time_column("last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TokenAdmin(Credential):
    list_display = ("name", "user", "scope", "job", "made", "used", "expires")
    list_filter = ("scope",)
    list_select_related = ("user", "job")
    search_fields = ("name", "user__username")
    ordering = ("name",)
    fields = ("name", "user", "scope", "job", "made", "used", "expires")

    expires = time_column("expiry")


class TriggerLinkAdmin(Credential):
    list_display = ("name", "job", "author", "made", "used")
    list_select_related = ("job", "author")
    search_fields = ("name", "job__name")
    ordering = ("job__name", "name")
    fields = ("job", "name", "author", "made", "used")

    made = time_column("created_at")
