"""Tokens: who has one, and away with it. The key itself is shown nowhere: only its digest is stored."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from jobs.admin.readonly import time_column


class TokenAdmin(admin.ModelAdmin):
    list_display = ("name", "user", "made", "expires")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    ordering = ("name",)
    fields = ("name", "user", "made", "expires")

    made = time_column("created")
    expires = time_column("expiry")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
