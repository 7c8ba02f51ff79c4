"""SecondFactor: the phone of a person, beside their password. RecoveryCode: a way in when the phone is lost, once each."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jobs.timing import clock


class SecondFactor(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor"
    )
    sealed = models.TextField(
        blank=True, help_text="the key that counts, as the vault made it; empty until a code proved it"
    )
    draft = models.TextField(blank=True, help_text="a key that was shown and not proved yet")
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(
        default=0, help_text="of the last code that was used: none counts twice"
    )

    def __str__(self) -> str:
        return f"of {self.user}"

    def use_step(self, step: int) -> bool:
        """False when a code of this step or a later one was used already. Of two at once one wins."""
        rows = SecondFactor.objects.filter(pk=self.pk, last_step__lt=step)
        return rows.update(last_step=step) == 1


class RecoveryCodes(models.QuerySet["RecoveryCode"]):
    def unused(self) -> RecoveryCodes:
        return self.filter(used_at__isnull=True)

    def use(self, digest: str) -> bool:
        """Once, also of two at once."""
        return self.unused().filter(digest=digest).update(used_at=clock.now()) == 1


class RecoveryCode(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    objects = RecoveryCodes.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return "used" if self.used_at else "unused"
