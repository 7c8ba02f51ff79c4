"""One Chromium that watches a live run which writes 10 MB/s: what the tab holds, what it misses, what the server spends.

The writer keeps to a timetable: what it is late with, because nobody took it, it writes as soon as somebody does.
"""

from __future__ import annotations

import shutil
import time
from typing import Any

from benchmarks.gauges import between, cpu_times, say
from tests.chaos.mxx import Mxx, until

WRITER = """
[os]
cmd = ["python3", "-c", '''
import sys, time
block = b"".join(b"%07d a line of a hundred bytes and then some more of it, so that a megabyte has ten thousand of these..\\n" % n for n in range(9500))
due = time.monotonic()
while True:
    sys.stdout.buffer.write(block)
    due += 0.1
    time.sleep(max(0.0, due - time.monotonic()))
''']
"""
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
EVERY = 5.0
"""Seconds between two looks at the tab."""


def watch(mxx: Mxx, name: str, cookie: str, seconds: float) -> None:
    from playwright.sync_api import sync_playwright

    mxx.save("writer", WRITER)
    run = mxx.trigger("writer")
    until(lambda: mxx.run(run)["status"] == "running", 30, "the writer runs")
    address = f"http://127.0.0.1:{mxx.port}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context()
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page, failed, answers = context.new_page(), list[str](), list[int]()
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.on("response", lambda answer: answers.append(answer.status))
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(f"{address}/runs/{run}/")
        tab = context.new_cdp_session(page)
        tab.send("Performance.enable")
        _look(page, tab, name, mxx, seconds)
        bad = [status for status in answers if status >= 400]
        say(f"{name}_writer_dropped", len(failed) + len(bad), "views", polls=len(answers))
        browser.close()
    mxx.ask("POST", f"runs/{run}/cancel/", {})
    mxx.ended(run)


def _look(page: Any, tab: Any, name: str, mxx: Mxx, seconds: float) -> None:
    end = time.monotonic() + seconds
    time.sleep(EVERY)
    while time.monotonic() < end:
        before, began, from_byte = cpu_times(mxx), time.monotonic(), _known(page, "seen")
        time.sleep(EVERY)
        spent, reached, took = between(before, cpu_times(mxx)), _known(page, "seen"), time.monotonic() - began
        tab.send("HeapProfiler.collectGarbage")
        told = {one["name"]: one["value"] for one in tab.send("Performance.getMetrics")["metrics"]}
        facts = {
            "nodes": int(told["Nodes"]),
            "shown_to_line": _known(page, "line"),
            "MB_a_second": f"{(reached - from_byte) / 1e6 / took:.1f}",
            **{f"{role}_cpu": f"{100 * spent[role] / took:.0f}%" for role in ("web", "keepers")},
        }
        say(f"{name}_writer_tab", told["JSHeapUsedSize"] / 2**20, "MiB", **facts)


def _known(page: Any, name: str) -> int:
    """How far the page has followed the log, which is at most one poll behind."""
    return int(page.locator(f"#cursor [name={name}]").input_value())
