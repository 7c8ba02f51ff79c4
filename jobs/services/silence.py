"""Runs of a home that is not heard any more. Only that home can know whether their programs still live (DESIGN 4.7), so
they are not ended from elsewhere: it is told, and they go on counting until that home is back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from jobs.models import Run, Supervisor
from jobs.models.supervisor import STALE_AFTER
from jobs.services.home import home_of
from jobs.timing import clock

ITS_HOME = "its MXX_HOME on "
"""So begins the reason of such a run."""
MOST_NAMED = 10


@dataclass(frozen=True)
class Silence:
    """since: when its home was last heard; None: longer ago than that is remembered."""

    run: Run
    since: datetime | None

    @property
    def of_host(self) -> str:
        heard = f"since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else "for more than a day"
        return f"{self.run.host} has not been heard {heard}"

    @property
    def reason(self) -> str:
        when_back = (
            "it is cancelled when that is back"
            if self.run.cancel_requested_at
            else "how it ends is told when that is back"
        )
        return f"{ITS_HOME}{self.of_host}: {when_back}"


def ownerless(now: datetime) -> Q:
    """Of active runs those whose owner is not heard; the next supervisor of its home may take them up in a moment."""
    return ~Q(owner="") & ~Q(owner__in=Supervisor.objects.alive(now).values("pk"))


def silences(runs: Iterable[Run], now: datetime) -> list[Silence]:
    """Those of these ownerless runs whose homes are silent. One query, or none for no run."""
    owners = {run.owner for run in runs}
    if not owners:
        return []
    rows = Supervisor.objects.filter(Q(kind="supervisor") | Q(pk__in=owners))
    heard: dict[str, datetime] = {}
    for owner, at in rows.values_list("pk", "heartbeat_at"):
        home = home_of(owner)  # its nearest beat counts: another may be of a clock that was set back
        heard[home] = min(heard.get(home, at), at, key=lambda beat: abs(now - beat))
    told = (Silence(run, heard.get(home_of(run.owner))) for run in runs)
    return [one for one in told if one.since is None or abs(now - one.since) >= STALE_AFTER]


def tell_silence() -> bool:
    """Write into the rows what is so by now; True when that changed any. One query while all homes are heard."""
    now = clock.now()
    concerned = Run.objects.active().filter(ownerless(now) | Q(reason__startswith=ITS_HOME))
    rows = list(concerned.only("owner", "host", "reason", "cancel_requested_at"))
    reasons = {one.run.pk: one.reason for one in silences(rows, now)}
    changed = [run for run in rows if is_unheard(run) or run.pk in reasons]
    changed = [run for run in changed if run.reason != reasons.get(run.pk, "")]
    for run in changed:
        same = Run.objects.active().filter(pk=run.pk, owner=run.owner)
        same.update(reason=reasons.get(run.pk, ""))
    return bool(changed)


def is_unheard(run: Run) -> bool:
    """As its row tells."""
    return run.is_active and run.reason.startswith(ITS_HOME)


def silence_told(now: datetime) -> str:
    """A sentence on all of them, by home; "" when all are heard."""
    runs = Run.objects.active().filter(ownerless(now)).only("owner", "host").order_by("pk")
    of_host: dict[str, list[int]] = {}
    for one in silences(list(runs), now):
        of_host.setdefault(one.of_host, []).append(one.run.pk)
    return "; ".join(_untended(ids, host) for host, ids in of_host.items())


def _untended(ids: list[int], host: str) -> str:
    some = ", ".join(map(str, ids[:MOST_NAMED])) + ", ..." * (len(ids) > MOST_NAMED)
    if len(ids) == 1:
        return f"nobody looks after run {some}: the MXX_HOME on {host}"
    return f"nobody looks after runs {some}: the MXX_HOME on {host}"
