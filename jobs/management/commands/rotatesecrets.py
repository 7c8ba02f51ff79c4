"""`manage.py rotatesecrets`: a new key for all secrets; nothing has to be set anew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs import services
from plugins.exceptions import MxxError


class Command(BaseCommand):
    help = "Seal every secret with a new key and forget the old one. Safe while MXX runs."

    def handle(self, **options: Any) -> None:
        try:
            count = services.seal_anew()
        except MxxError as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"{count} secret{'' if count == 1 else 's'} sealed with a new key")
