from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class MxxAdminConfig(AdminConfig):
    default_site = "jobs.adminsite.Site"
