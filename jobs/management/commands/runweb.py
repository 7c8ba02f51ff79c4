"""`manage.py runweb`: the pages and the API, served by waitress until Ctrl-C. Used by `up`."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from typing import Any

import waitress
from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

from jobs.management.parent import when_parent_is_gone
from jobs.management.refusals import Channel

THREADS = 8
LARGEST_BODY = 8 * 1024 * 1024
"""Above 1 MiB Django refuses; above this the connection is closed with the refusal, which a client that still sends may miss."""


class Command(BaseCommand):
    help = "Serve the pages and the API at MXX_BIND."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--child", action="store_true", help="end when standard input ends (used by `up`)"
        )

    def handle(self, **options: Any) -> None:
        host, port = settings.MXX_BIND
        server = waitress.create_server(
            get_wsgi_application(),
            host=host,
            port=port,
            threads=THREADS,
            ident="",
            clear_untrusted_proxy_headers=True,
            max_request_body_size=LARGEST_BODY,
        )
        server.channel_class = Channel
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if options["child"]:
            when_parent_is_gone(lambda: signal.raise_signal(signal.SIGTERM))
        server.run()  # returns at the KeyboardInterrupt of SIGINT or SIGTERM
