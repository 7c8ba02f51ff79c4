"""Application: a program that is registered once and started by name, with the overrides of its configuration."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import models

from jobs.timing import clock
from plugins import jobfile


class ApplicationQuerySet(models.QuerySet["Application"]):
    def named(self, name: str) -> Application:
        """By name or alias, ignoring case. Raises Application.DoesNotExist."""
        return self.get(names__key=jobfile.name_key(name))


class Application(models.Model):
    uid = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=200, unique=True, editable=False)
    path = models.TextField(help_text="the program's folder")
    app = models.TextField(help_text="the program's file, below the folder")
    cfgroute = models.TextField(blank=True, help_text="its configuration folder (or file), below the folder")
    overrides = models.TextField(default="{}", help_text="JSON: path -> value; as text, for its order")
    cfge = models.JSONField(default=list, blank=True, help_text="paths that an import leaves alone")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["name_key"]

    def __str__(self) -> str:
        return self.name

    @property
    def cfgow(self) -> dict[str, Any]:
        """The overrides: path -> value, in the user's order."""
        found: dict[str, Any] = json.loads(self.overrides)
        return found

    @property
    def aliases(self) -> list[str]:
        return [row.text for row in self.names.all() if row.key != self.name_key]

    def set_names(self, names: Iterable[str]) -> None:
        """The first is its name, the others are aliases. Raises IntegrityError for one that is taken."""
        keyed = {jobfile.name_key(name): name for name in reversed(list(names))}
        self.names.exclude(key__in=keyed).delete()
        for key, text in reversed(keyed.items()):
            changed = self.names.filter(key=key).update(text=text)
            if not changed:
                self.names.create(key=key, text=text)


class ApplicationName(models.Model):
    """One name by which jobs may call an application; its own name is one of them."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="names")
    text = models.CharField(max_length=100)
    key = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
