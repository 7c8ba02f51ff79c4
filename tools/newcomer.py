"""A new user's first quarter of an hour, filmed: python tools/newcomer.py FOLDER [zh-CN]. Needs Chromium; starts an MXX of its own.

First start, the one-time link, a first job from an example, run it, watch it, break it, understand why, mend it, give it a
schedule, see it in the calendar. Each step waits for what it promises, so the film is a test as well (tests/web/test_newcomer.py).
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
HELLO = 'cmd = ["echo", "hello from MXX"]'
BROKEN = 'cmd = ["ecko", "hello from MXX"]'
NIGHTLY = '\n[schedule]\ntrigger = "cron"\nhour = 4\nminute = 30\n'
PASSWORD = "four unrelated words"


class Film:
    """Numbered pictures; without a folder only the story."""

    def __init__(self, page: Page, folder: Path | None = None) -> None:
        self.page, self.folder, self.shots = page, folder, 0

    def shoot(self, name: str) -> None:
        self.shots += 1
        if self.folder:
            self.page.screenshot(path=self.folder / f"{self.shots:02}-{name}.png")


def story(film: Film, link: str) -> None:
    """From the printed link to the calendar. Raises AssertionError at a dead end."""
    come_in(film, link)
    make_a_job(film)
    run_and_watch(film)
    break_it(film)
    understand(film)
    mend_and_schedule(film)
    find_it_in_the_calendar(film)


def come_in(film: Film, link: str) -> None:
    page = film.page
    page.goto(link)
    film.shoot("the-first-account")
    page.fill("#username", "mira")
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    expect(page.locator(".examples li")).to_have_count(4)
    film.shoot("no-jobs-yet")


def make_a_job(film: Film) -> None:
    page = film.page
    page.click(".examples a[href$='from=empty']")
    expect(page.locator("#name")).to_have_value("hello")
    film.shoot("a-job-from-an-example")
    save(page)
    film.shoot("the-job")


def run_and_watch(film: Film) -> None:
    run(film.page)
    film.shoot("it-runs")
    expect(film.page.locator("#lines")).to_contain_text("hello from MXX")
    expect(film.page.locator("#run-head .status.succeeded")).to_be_visible()
    film.shoot("it-worked")


def break_it(film: Film) -> None:
    page = film.page
    page.click("#run-head p a[href*='/jobs/']")
    write(page, page.input_value("#toml").replace(HELLO, BROKEN))
    run(page)
    expect(page.locator("#run-head .status.failed")).to_be_visible()


def understand(film: Film) -> None:
    """The headline tells the reason; below it stands what changed since it worked."""
    page = film.page
    expect(page.locator("h1")).to_contain_text("ecko")
    page.reload()
    expect(page.locator("#run-why ins")).to_contain_text("ecko")
    film.shoot("why-it-broke")


def mend_and_schedule(film: Film) -> None:
    page = film.page
    page.click("#run-head p a[href*='/jobs/']")
    write(page, page.input_value("#toml").replace(BROKEN, HELLO) + NIGHTLY)
    expect(page.locator(".schedules .times li").first).to_be_visible()
    film.shoot("scheduled")


def find_it_in_the_calendar(film: Film) -> None:
    page = film.page
    page.click("header nav a[href='/calendar/']")
    expect(page.locator("main a", has_text="hello").first).to_be_attached()
    film.shoot("in-the-calendar")
    page.click("header nav a[href='/']")
    expect(page.locator(".timetable", has_text="hello")).to_be_visible()
    film.shoot("what-comes")


def write(page: Page, text: str) -> None:
    page.fill("#toml", text)
    save(page)


def save(page: Page) -> None:
    """By the button that is seen: a hidden one before it serves the Enter key."""
    page.locator("#editor footer button[type=submit]:not([formaction])").first.click()
    page.wait_for_url(re.compile(r"/jobs/hello/"))
    expect(page.locator(".problems")).to_have_count(0)


def run(page: Page) -> None:
    page.click(".page-head form[action$='/run/'] button")
    page.wait_for_url(re.compile(r"/runs/\d+/"))


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.path.insert(0, str(ROOT))
    from tests.chaos.mxx import Mxx

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mxx-newcomer-") as home, sync_playwright() as play:
        mxx = Mxx(Path(home) / "home").up()
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox"]
        )
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale=(sys.argv[2:] or ["en"])[0]
        )
        try:
            story(Film(context.new_page(), folder), first_link(mxx.log))
        finally:
            browser.close()
            mxx.stop()


def first_link(log: Path) -> str:
    """As the terminal shows it."""
    found = re.search(r"http://\S+/setup/\S+", log.read_text())
    assert found, log.read_text()
    return found[0]


if __name__ == "__main__":
    main()
