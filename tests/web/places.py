"""Every page that a GET opens, from the routes themselves: a new page is walked by each test that walks."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse

from jobs import services
from jobs.web import urls
from tests.access.walk import table
from tests.web import tale

DOORS = ("login", "login-code", "login-enrol", "setup")
"""For those who are not in yet."""
NO_PAGES = ("download", "runs-csv", "runs-json", "favicon")
EXAMPLES = {"name": "arknights-daily", "number": 1}
"""What an address needs beside a run."""
NAMED = {"plugin": "os", "application": "maa", "edit-application": "maa", "delete-application": "maa"}
"""Of pages whose name is not a job's."""
PART = {"log": "?first=1&last=40"}
"""A thousand lines are no more to see than forty, and dear to look at."""


def every_page(told: tale.Story) -> list[str]:
    """Addresses of all pages of somebody who may do everything; those of a run for each kind of end."""
    readable = {route for route, row in table().items() if "GET" in row}
    found = []
    for pattern in urls.urlpatterns:
        name = str(pattern.name)
        if str(pattern.pattern) in readable and name not in (*DOORS, *NO_PAGES):
            found += [
                reverse(f"web:{name}", kwargs=one) + PART.get(name, "")
                for one in _values(name, pattern.pattern.converters, told)
            ]
    return found


def _values(name: str, converters: dict[str, object], told: tale.Story) -> list[dict[str, object]]:
    if "run_id" in converters:
        return [{"run_id": run.pk} for run in (told.failed, told.ended, told.running)]
    values: dict[str, object] = {one: EXAMPLES[one] for one in converters}
    return [values | {"name": NAMED[name]}] if name in NAMED else [values]


def furnish(told: tale.Story) -> tale.Story:
    """One of each thing that has a page of its own, or a row on one."""
    services.save_application(draft=services.ApplicationDraft("maa", path="C:/Tools/MAA", app="MAA.exe"))
    services.set_secret(name="nas_password", value="quite a long value", by=told.mira)
    services.make_token(user=told.mira, name="builder", scope="run", job=None, days=30)
    return told


def admin_pages() -> list[str]:
    """The list of each model, and its first row."""
    found = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        first = model._default_manager.first()
        if first is not None:
            found.append(reverse(f"{name}_change", args=[first.pk]))
    return found
