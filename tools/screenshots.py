"""Pictures of the pages for the eye: python tools/screenshots.py FOLDER [page ...]. Needs Chromium; makes its own database.

MXX_PICTURES_LANGUAGE=zh-CN: in Chinese.

The clock stands at Wednesday 21 October 2026, 14:20 in Berlin, as in the mocks.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOON = datetime(2026, 10, 21, 12, 20, 9, tzinfo=UTC)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAMP = '''from plugins.base import Plugin
from plugins.hooks import hook


class Lamp(Plugin):
    """Switch the lamp on while the run goes on.

    colour: of the light.
    """

    name = "lamp"
    version = "1.2"

    def __init__(self, address: str, colour: str = "warm white"): ...

    @hook("pre_action", priority=50)
    def on(self, run): ...

    @hook("post_action")
    def off(self, run): ...
'''
WIDTHS, SCHEMES = (1280, 360), ("light", "dark")


@contextmanager
def scratch() -> Iterator[None]:
    """Django on a new MXX_HOME with an in-memory copy of nothing: all of it goes at the end."""
    with tempfile.TemporaryDirectory(prefix="mxx-pictures-") as home:
        os.environ.update(
            MXX_HOME=home, MXX_TIMEZONE="Europe/Berlin", DJANGO_SETTINGS_MODULE="mxxsite.settings"
        )
        os.environ.pop("DATABASE_URL", None)
        sys.path.insert(0, str(ROOT))
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield


@contextmanager
def served() -> Iterator[str]:
    """The application on a loopback port, in a thread of this process, so that it shares the moved clock."""
    from threading import Thread

    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


def pages(story: object) -> dict[str, str]:
    from tests.web.tale import Story

    assert isinstance(story, Story)
    return {
        "now": "/",
        "jobs": "/jobs/",
        "job": "/jobs/arknights-daily/",
        "revision": "/jobs/arknights-daily/revisions/2/",
        "failed": f"/runs/{story.failed.pk}/",
        "ended": f"/runs/{story.ended.pk}/",
        "running": f"/runs/{story.running.pk}/",
        "runs": "/runs/",
        "found": "/runs/?status=bad&status=skipped&source=schedule",
        "new": "/new-job/?from=backup",
        "delete": "/jobs/arknights-daily/delete/",
        "calendar": "/calendar/",
        "day": "/calendar/?day=2026-10-21",
        "next": "/next/",
        "why": "/jobs/arknights-daily/why/",
        "plugins": "/plugins/",
        "plugin": "/plugins/os/",
        "broken-plugin": "/plugins/broken/",
        "links": "/jobs/arknights-daily/links/",
        "audit": "/settings/audit/",
        "applications": "/settings/applications/",
        "application": "/settings/applications/maa/",
        "take-over": "/settings/take-over-applications/",
        "settings": "/settings/",
        "tokens": "/settings/tokens/",
        "secrets": "/settings/secrets/",
        "missing": "/runs/999999/",
    }


def write_plugins(folder: Path) -> None:
    """One that works, one that does not."""
    folder.mkdir(mode=0o700)
    (folder / "broken.py").write_text("from plugins.base import Plugin\n\nclass Broken(Plugin)\n")
    (folder / "lamp.py").write_text(LAMP)


def register_applications() -> None:
    from jobs import services

    overrides = {"gui.json/window/theme": "dark", "autostart": True}
    maa = {"path": "C:/Tools/MAA", "app": "MAA.exe", "cfgroute": "config", "cfgow": overrides}
    services.save_application(draft=services.ApplicationDraft("maa", aliases=["arknights"], **maa))  # type: ignore[arg-type]
    services.save_application(draft=services.ApplicationDraft("editor", "/usr/bin", "vi"))


def take(folder: Path, wanted: list[str]) -> None:
    from playwright.sync_api import sync_playwright

    from tests.web import story as stories
    from tests.web import tale

    told = tale.tell()
    write_plugins(Path(os.environ["MXX_HOME"]) / "plugins")
    register_applications()
    chosen = {name: url for name, url in pages(told).items() if not wanted or name in wanted}
    with served() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for width in WIDTHS:
            for scheme in SCHEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": 800},
                    color_scheme=scheme,  # type: ignore[arg-type]
                    locale=os.environ.get("MXX_PICTURES_LANGUAGE", "en"),
                )
                page = context.new_page()
                page.goto(f"{address}/login/")
                if width == WIDTHS[0] and "login" in (wanted or ["login"]):
                    page.screenshot(path=folder / f"login-{width}-{scheme}.png")
                page.fill("#username", "mira")
                page.fill("#password", stories.PASSWORD)
                page.click("button[type=submit]")
                page.wait_for_url(f"{address}/")
                for name, url in chosen.items():
                    stories.beat()
                    page.goto(address + url)
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
                    print(f"{name} {width} {scheme}" + (f": {wide} px wide" if wide > width else ""))
                context.close()
        browser.close()


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with scratch():
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
            "1"  # playwright's loop runs in this thread; nothing here is async
        )
        from jobs.timing import clock

        with clock.shifted(NOON - clock.now()):
            take(folder, sys.argv[2:])


if __name__ == "__main__":
    main()
