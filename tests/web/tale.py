"""The story of the mocks: sixteen jobs of a small machine, on a Wednesday at 14:20 when the clock says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.models import User

from jobs import services
from jobs.models import Job, Run, Status
from jobs.timing import clock
from plugins.output import segments
from tests.web.story import (
    DAY,
    Said,
    admin,
    cron,
    history,
    hook,
    job,
    launch,
    live_event,
    log,
    run,
    supervisor,
    toml,
)

ARKNIGHTS = """\
# farm first, fight later
[job]
description = "Daily farm on emulator 0"
tags = ["bots", "emulator-0"]
timeout = "2h"
overlap = "skip"

[params]
stage = "1-7"
potions = 0

[app]
scoop = false
path = "C:/Tools/MAA"
targetExe = "MAA.exe"

[lifetime]
lifetime = 3600
when_exits = "fail"

[[schedule]]
name = "daily"
trigger = "cron"
hour = 4
minute = 30

[[schedule]]
name = "annihilation"
trigger = "cron"
expression = "0 21 * * MON"
timezone = "Asia/Shanghai"
params = { stage = "annihilation" }

[[schedule]]
name = "after start"
trigger = "startup"
delay = "5m"
"""


@dataclass
class Story:
    mira: User
    failed: Run
    ended: Run
    running: Run
    jobs: dict[str, Job] = field(default_factory=dict)


NIGHTLY = "Nightly export of the accounting database to the office NAS in Frankfurt - keep 90 days"


def tell() -> Story:
    """Everything, as it stands at 14:20 on a Wednesday when the clock says so."""
    mira = admin()
    supervisor()
    arknights, failed = _arknights(mira)
    azurlane, running = _azurlane()
    ended = _quiet_ones()
    _troubled_ones()
    return Story(mira, failed, ended, running, {"arknights": arknights, "azurlane": azurlane})


def _arknights(mira: User) -> tuple[Job, Run]:
    of = job("arknights-daily", ARKNIGHTS, author=mira)
    good = of.revision
    history(of, count=34, every=DAY, lasted=52, since=DAY + 590)
    services.save_job(
        name=of.name,
        draft=services.read_draft(text=ARKNIGHTS.replace("C:/Tools/MAA", "D:/Games/MAA-v5")),
        source="page",
        job=of,
        author=mira,
    )
    of.refresh_from_db()
    assert of.revision != good
    run(of, Status.FAILED, ago=DAY + 390, lasted=21, reason="MAA.exe ended with code 1", exit_code=1)
    failed = run(
        of,
        Status.FAILED,
        ago=590,
        lasted=19.55,
        reason="MAA.exe ended with code 1",
        exit_code=1,
        params={"stage": "1-7", "potions": 0},
    )
    _tell_failure(failed)
    startup = of.schedules.get(name="after start")
    services.pause_schedule(schedule=startup)
    return of, failed


def _tell_failure(failed: Run) -> None:
    assert failed.started_at is not None and failed.finished_at is not None
    began, ended = failed.started_at, failed.finished_at
    minute = timedelta(minutes=1)
    failed.receipt = {
        "launches": [
            launch("adb.exe", 11840, began + minute * 0.02, ended, "asked to end"),
            launch("MAA.exe", 12204, began + minute * 0.82, began + minute * 19.4, "ended by itself", 1),
        ],
        "others": [{"pid": 12310, "name": "conhost.exe", "how": "did not listen, killed"}],
        "started": 2,
        "gone": 3,
        "left": 0,
        "untouched": 1,
        "checked": ended.timestamp(),
    }
    failed.save()
    for point, plugin, after, seconds, message in (
        ("all_cond", "lifetime", 0, 0.3, ""),
        ("action", "app", 0.01, 49, ""),
        ("hold", "", 0.84, 1114, "MAA.exe ended with code 1"),
        ("on_error", "lifetime", 19.41, 0.1, ""),
        ("post_action", "app", 19.43, 7.4, ""),
    ):
        hook(failed, point, plugin, after, seconds, message)
    log(failed, _failing_words())


def _failing_words() -> list[Said]:
    green, red, blue, cyan, yellow, off = (
        "\x1b[32m",
        "\x1b[1;31m",
        "\x1b[34m",
        "\x1b[36m",
        "\x1b[33m",
        "\x1b[0m",
    )
    mxx = segments.MXX
    said = [
        Said(0, "arknights-daily, revision 2, schedule “daily”, on time\n", mxx, 0),
        Said(0.02, "started adb.exe, process 11840\n", mxx, 0),
        Said(0.82, "started MAA.exe, process 12204\n", mxx, 0),
        Said(0.87, f"{green}[INF]{off} MAA v5.31.0, resource 2026-10-19\n"),
        Said(
            0.88,
            f"{green}[INF]{off} Connecting to {cyan}emulator-5554{off} with {cyan}D:\\Games\\MAA-v5\\adb.exe{off}\n",
        ),
        Said(0.9, f"{blue}StartUp{off}  begin\n"),
        Said(2.1, f"{blue}StartUp{off}  {green}done{off}\x1b[2m  75 s{off}\n"),
    ]
    for number in range(1, 1180):
        said.append(
            Said(2.1 + number * 0.0133, f"{blue}Combat{off}    battle {number} of 1180, 14 sanity left\n")
        )
    said += [
        Said(
            17.7,
            f"{blue}Infrast{off}  facility 3 of 9: {cyan}Trading Post 2{off}, morale 14/24, swapping Texas, Lappland, Exusiai for the second shift as the custom plan “243-3x-day.json” says\n",
        ),
        Said(18.0, f"{yellow}[WRN]{off} Screencap took 4,180 ms, 50 times the usual\n"),
        Said(18.3, f"{yellow}[WRN]{off} emulator-5554 does not answer, try 1 of 5\n"),
        Said(
            19.36, f"{red}[ERR]{off} emulator-5554: device offline, giving up after 5 tries\n", segments.ERR
        ),
        Said(
            19.38,
            f"{red}[ERR]{off} Task chain \x1b[1mInfrast{off} stopped, 2 chains not begun: Mall, Award\n",
            segments.ERR,
        ),
        Said(19.4, "MAA.exe ended with code 1; lifetime.when_exits is “fail”\n", mxx, 0),
        Said(19.55, "3 started, 3 gone, 0 left, 1 of yours untouched\n", mxx, 0),
    ]
    return said


def _azurlane() -> tuple[Job, Run]:
    of = job("azurlane-night", toml("Commissions and research", '"bots", "emulator-0"', cron("0 13 * * *")))
    history(of, count=20, every=DAY, lasted=68, since=80)
    running = run(of, Status.RUNNING, ago=42, lasted=0, scheduled_for=clock.now() - timedelta(minutes=80))
    live_event(running, "launch", 0.02, message="alas.exe", pid=20116, argv=["alas.exe"])
    live_event(running, "launch", 0.4, message="adb.exe", pid=20190, argv=["adb.exe"])
    blue, green, cyan, yellow, dim, off = "\x1b[34m", "\x1b[32m", "\x1b[36m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
    said = [Said(0, "started alas.exe, process 20116\n", segments.MXX, 0)]
    said += [
        Said(0.5 + number / 20, f"{blue}Research{off}  project {number} looked at\n") for number in range(609)
    ]
    said += [
        Said(39.0, f"{blue}Dorm{off}      fed 6 ships, {green}done{off}{dim}  41 s{off}\n"),
        Said(39.1, f"{blue}Commission{off}  begin\n"),
        Said(
            39.5,
            f"{green}[INF]{off} Commission 1 of 4: {cyan}Daily Resource Extraction IV{off}, 1 h 30, sent\n",
        ),
        Said(
            40.1,
            f"{green}[INF]{off} Commission 2 of 4: {cyan}Urgent: Escort of the merchant fleet from the northern harbour to the southern one{off}, 4 h, sent\n",
        ),
        Said(40.2, f"{yellow}[WRN]{off} Oil 1,204, below the limit of 1,500: cheaper commissions only\n"),
        Said(41.7, f"{green}[INF]{off} Commission 3 of 4: collecting\n"),
        Said(41.9, "\r 10 %\r 50 %\r 2 ships back in dock"),
    ]
    log(running, said)
    return of, running


def _quiet_ones() -> Run:
    restic = job("restic-home", toml("", '"backups"', cron("0 2,6,10,14,18,22 * * *")))
    history(restic, count=20, every=240, lasted=28, since=20)
    alive = run(restic, Status.RUNNING, ago=20, lasted=0)
    log(
        alive,
        [
            Said(
                19.9,
                "[19:58] 71.03%  48211 files 312.4 GiB, total 66120 files 439.8 GiB, 0 errors ETA 8:09\r",
            )
        ],
    )
    snapshot = job(
        "minecraft-snapshot",
        toml("World copy while nobody plays", '"backups", "games"', cron("14 8,14,20 * * *")),
    )
    history(snapshot, count=17, every=360, lasted=9, since=6)
    run(snapshot, Status.QUEUED, ago=6, lasted=None, reason="another run of this machine holds disk:tank")
    nas = job("nas-reachable", toml("", '"checks"', 'trigger = "interval"\nminutes = 15'))
    history(nas, count=60, every=15, lasted=0.007, since=-10)
    weather = job("weather-frame", toml("Kitchen display", "", 'trigger = "interval"\nminutes = 30'))
    history(weather, count=40, every=30, lasted=0.03, since=-10)
    dump = job("postgres-dump", toml("", '"backups"', cron("0 7 * * *")))
    history(dump, count=25, every=DAY, lasted=6, since=440 - DAY)
    last = dump.runs.order_by("-id")[0]
    _tell_success(last)
    cafe = job(
        "bluearchive-cafe",
        toml("Café and lessons, every 4 hours", '"bots", "emulator-1"', cron("0 */4 * * *")),
    )
    history(cafe, count=24, every=240, lasted=22, since=140)
    run(cafe, ago=140, lasted=0.07, warned=True, reason="it took 4 s, usually 22 min")
    photos = job("photos-to-nas", toml("", '"backups"', cron("0 3 * * *")))
    history(photos, count=6, every=DAY, lasted=31, since=680 + 12 * DAY)
    run(photos, Status.FAILED, ago=680 + 12 * DAY, lasted=2, reason="rsync ended with code 23")
    history(photos, count=12, every=DAY, lasted=31, since=680 - DAY)
    for name, words, tags, when, lasted in (
        ("r1999-weekly", "", '"bots"', "0 14 * * MON", 70),
        ("cert-expiry", "Warns 21 days before", '"checks"', "0 8 * * MON", 0.04),
        ("container-updates", "", "", "0 5 * * SUN", 4),
    ):
        weekly = job(name, toml(words, tags, cron(when)))
        history(weekly, count=14, every=7 * DAY, lasted=lasted, since=2 * DAY - 7 * DAY)
    prune = job("steam-library-prune", toml("", '"games"', cron("0 12 * * *")))
    history(prune, count=17, every=DAY, lasted=1.4, since=18 * DAY)
    services.pause_job(job=prune)
    job("scratch", toml("", "", ""))
    return last


def _tell_success(of: Run) -> None:
    assert of.started_at is not None and of.finished_at is not None
    of.receipt = {
        "launches": [launch("pg_dump", 3110, of.started_at, of.finished_at, "ended by itself", 0)],
        "started": 1,
        "gone": 1,
        "left": 0,
        "checked": of.finished_at.timestamp(),
    }
    of.save()
    hook(of, "action", "os", 0, (of.finished_at - of.started_at).total_seconds())
    log(
        of,
        [
            Said(0, "started pg_dump, process 3110\n", segments.MXX, 0),
            Said(0.1, 'pg_dump: dumping contents of table "public.invoices"\n'),
            Said(3, 'pg_dump: dumping contents of table "public.customers"\n'),
            Said(6, "1 started, 1 gone, 0 left\n", segments.MXX, 0),
        ],
    )


def _troubled_ones() -> None:
    export = job(NIGHTLY, toml("", '"backups", "office"', cron("30 23 * * *"), "4h"))
    history(export, count=19, every=DAY, lasted=130, since=890)
    run(export, Status.TIMED_OUT, ago=890, lasted=240, reason="it ran longer than its timeout of 4 h")
    invoices = job("invoice-fetch", toml("", '"office"', cron("0 9 * * *")))
    history(invoices, count=19, every=DAY, lasted=5, since=320)
    due = clock.now() - timedelta(minutes=320)
    run(
        invoices,
        Status.MISSED,
        ago=85,
        lasted=None,
        scheduled_for=due,
        reason="nobody was there from 08:10 to 12:55, and this job asks not to run late",
    )
