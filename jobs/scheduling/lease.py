"""One leader at a time: a lease with an epoch, checked inside the transaction that it protects."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from jobs.models import Lease
from jobs.timing import clock
from plugins.exceptions import MxxError

SECONDS = 6.0
NAME = "scheduler"


class NotLeader(MxxError):
    """Another scheduler holds the lease."""


class LeaseHolder:
    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.epoch: int | None = None
        self.repeats_until: datetime | None = None
        self.steps_back = 0
        """What the row says of clocks that were set back, under whoever led then."""
        self._renewed = 0.0

    @property
    def fresh(self) -> bool:
        """True while the lease was renewed lately enough to skip a write."""
        return self.epoch is not None and time.monotonic() - self._renewed < SECONDS / 3

    def hold(self) -> None:
        """Renew the lease, or take a free one. Raises NotLeader. Call inside the transaction to be fenced."""
        expires = clock.now() + timedelta(seconds=SECONDS)
        if self.epoch is None or not self._renew(self.epoch, expires):
            self.epoch = self._take(expires)
        self._renewed = time.monotonic()

    def note_step_back(self, since: datetime) -> None:
        """The clock was set back from there. In a transaction with hold()."""
        self.repeats_until = max(self.repeats_until or since, since)
        self.steps_back += 1
        told = {"repeats_until": self.repeats_until, "steps_back": self.steps_back}
        Lease.objects.filter(name=NAME).update(**told)

    def release(self) -> None:
        if self.epoch is not None:
            Lease.objects.filter(name=NAME, holder=self.holder, epoch=self.epoch).update(expires_at=None)
            self.epoch = None

    def _renew(self, epoch: int, expires: datetime) -> bool:
        mine = Lease.objects.filter(name=NAME, holder=self.holder, epoch=epoch)
        return bool(mine.update(expires_at=expires))

    def _take(self, expires: datetime) -> int:
        self.epoch = None
        Lease.objects.get_or_create(name=NAME)
        row = Lease.objects.select_for_update().filter(name=NAME).first()
        if row is None:
            raise NotLeader("somebody deleted the lease just now")
        now = clock.now()  # an end farther away than a lease can be is that of another clock
        others = row.holder != self.holder  # ours, when the epoch was forgotten after an error
        if others and row.expires_at and now < row.expires_at <= now + 2 * timedelta(seconds=SECONDS):
            raise NotLeader(f"{row.holder} holds the lease")
        row.holder, row.epoch, row.expires_at = self.holder, row.epoch + 1, expires
        row.save()
        self.repeats_until, self.steps_back = row.repeats_until, row.steps_back
        return row.epoch
