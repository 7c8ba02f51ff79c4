"""The audit log: only looked at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.admin.filters import Recorded
from jobs.admin.readonly import ReadOnly, as_json, as_text, time_column
from jobs.models import AuditEntry


class AuditAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("when", "action", "target", "who", "token", "address")
    list_display_links = ("action",)
    list_filter = (Recorded, "action")
    search_fields = ("target", "who", "address")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False
    fields = ("when", "action", "target", "who", "token", "address", "facts", "change")

    when = time_column("at")

    @admin.display(description=_("data"))
    def facts(self, entry: AuditEntry) -> str:
        return as_json(entry.data)

    @admin.display(description=_("change of the text"))
    def change(self, entry: AuditEntry) -> str:
        return as_text(services.diffs_of([entry]).get(entry.pk, "-"))
