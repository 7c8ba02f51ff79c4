"""Mounts the faces."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("jobs.api.urls")),
    path("", include("jobs.web.urls")),
]

handler500 = "jobs.web.failing.server_error"
