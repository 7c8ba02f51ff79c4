"""What the admin's pages share: things that are only looked at, and who looks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

STYLE = {"all": ("admin/mxx.css",)}


class ReadOnly:
    """Mixed into a ModelAdmin or an inline: nothing can be added, changed or deleted."""

    class Media:
        css = STYLE

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def caller(request: HttpRequest) -> AbstractBaseUser:
    """Who asks: the admin has let no anonymous one in."""
    assert isinstance(request.user, AbstractBaseUser)
    return request.user


def as_time(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "-"


def time_column(name: str) -> Callable[[Any, Any], str]:
    """A method for a ModelAdmin or inline: the row's moment of that name to the second, in UTC."""

    @admin.display(description=gettext_lazy(name.replace("_", " ")), ordering=name)
    def column(self: Any, row: Any) -> str:
        return as_time(getattr(row, name))

    return column


def as_text(text: str) -> SafeString:
    return format_html('<pre class="mxx-text" tabindex="0">{}</pre>', text)


def as_json(value: Any) -> SafeString:
    return as_text(json.dumps(value, indent=2, ensure_ascii=False) if value else "-")
