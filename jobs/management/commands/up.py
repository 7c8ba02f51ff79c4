"""`manage.py up`: everything with one command. Makes the home ready, then becomes the launcher of web and supervisor."""

from __future__ import annotations

import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jobs import services
from jobs.management.firststart import Start, prepare
from jobs.management.launcher import Launch, become_launcher


class Command(BaseCommand):
    help = "Start MXX: pages, API and scheduler. Ctrl-C stops it; running jobs go on."

    def handle(self, **options: Any) -> None:
        host, port = settings.MXX_BIND
        refuse_taken_port(host, port)
        start = prepare()
        self.tell_loaded(start)
        become_launcher(Launch(host, port, greeting(start, host, port)))

    def tell_loaded(self, start: Start) -> None:
        loaded = start.loaded
        count = len(loaded.created) + len(loaded.changed) + len(loaded.unchanged)
        if count:
            self.stdout.write(
                f"mxx: {count} job file{'s' if count != 1 else ''} from {settings.MXX_JOBS_DIR}"
            )
        if start.paused and loaded.created:
            self.stdout.write(
                "mxx: this is a home of the prototype: its jobs are loaded paused; resume them one by one"
            )
        for name in loaded.let_go:
            self.stdout.write(f"mxx: the file of {name} is gone; the job stays and can be edited now")
        for file, problem in loaded.refused:
            self.stderr.write(f"mxx: {file} is not loaded: {problem}")


def greeting(start: Start, host: str, port: int) -> list[str]:
    host = "localhost" if host in ("0.0.0.0", "::") else host
    name = f"[{host}]" if ":" in host else host
    setup = (
        [f"mxx: make the first admin, once: http://{name}:{port}/setup/{start.setup}/"] if start.setup else []
    )
    custody = services.custody_in_words(services.custody_here()) or services.custody_here()["weakness"]
    return [
        *setup,
        *reachable(),
        f"mxx: custody of programs: {custody}",
        f"mxx: serving at http://{name}:{port}/ (Ctrl-C stops it; running jobs go on)",
    ]


def reachable() -> list[str]:
    """What whoever opens the server to others should know."""
    if not settings.MXX_REACHABLE:
        return []
    return [
        "mxx: reachable from other machines: everybody needs a second factor; "
        "MXX speaks no TLS, put a proxy that does in front of it (docs/security.md)"
    ]


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"MXX_BIND={host}:{port} cannot be used: {error.strerror}. "
                f"Is MXX running already? Another port: MXX_BIND={host}:{port + 1 if port < 65535 else 8765}",
                returncode=2,
            ) from error
