"""Token: a key for the API; only its digest is stored (django-rest-knox)."""

from __future__ import annotations

from django.db import models
from knox.models import AbstractAuthToken


class Token(AbstractAuthToken):
    name = models.CharField(max_length=100, default="token")

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}...)"
