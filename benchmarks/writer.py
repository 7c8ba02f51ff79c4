"""One Chromium that watches a live run which writes 10 MB/s: what the tab holds, what it misses, what the server spends."""

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
while True:
    began = time.monotonic()
    sys.stdout.buffer.write(block)
    time.sleep(max(0.0, 0.1 - (time.monotonic() - began)))
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
        _look(page, tab, name, run, mxx, seconds)
        bad = [status for status in answers if status >= 400]
        say(f"{name}_writer_dropped", len(failed) + len(bad), "views", polls=len(answers))
        browser.close()
    mxx.ask("POST", f"runs/{run}/cancel/", {})
    mxx.ended(run)


def _look(page: Any, tab: Any, name: str, run: int, mxx: Mxx, seconds: float) -> None:
    end, lines = time.monotonic() + seconds, 0
    time.sleep(EVERY)
    while time.monotonic() < end:
        before, began = cpu_times(mxx), time.monotonic()
        time.sleep(EVERY)
        spent = between(before, cpu_times(mxx))["web"]
        tab.send("HeapProfiler.collectGarbage")
        told = {one["name"]: one["value"] for one in tab.send("Performance.getMetrics")["metrics"]}
        shown = int(page.locator("#cursor [name=line]").input_value())
        share = 100 * spent / (time.monotonic() - began)
        facts = {"nodes": int(told["Nodes"]), "web_cpu": f"{share:.0f}%", "new_lines": shown - lines}
        say(f"{name}_writer_tab", told["JSHeapUsedSize"] / 2**20, "MiB", run=run, **facts)
        lines = shown
