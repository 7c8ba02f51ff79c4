"""The administration's own door is the pages' login: one place that counts failures and asks for the second factor.

This stands beside jobs.admin, not in it: Django makes the site before it can import that.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Site(admin.AdminSite):
    site_header = site_title = "MXX"
    index_title = _("Administration")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Who is logged in and no admin is refused: to ask for another name would only be a loop."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied(_("The administration is for admins."))
        back = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(back, reverse("web:login"))
