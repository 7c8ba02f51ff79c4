"""`manage.py runweb`: the pages and the API, served by waitress until Ctrl-C. Used by `up`."""

from __future__ import annotations

import select
import signal
from argparse import ArgumentParser
from typing import Any

import waitress
from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

from jobs.management.collecting import leave_the_loaded_alone
from jobs.management.parent import when_parent_is_gone
from jobs.management.refusals import Channel

THREADS = 8
CONNECTIONS = 1000
"""Waitress's own limit is 100, and each browser that watches a run holds one: the hundred and first waited for ever."""
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
            connection_limit=CONNECTIONS,
            asyncore_use_poll=hasattr(select, "poll"),  # select() takes no more than 1,024 descriptors
            ident="",
            clear_untrusted_proxy_headers=True,
            max_request_body_size=LARGEST_BODY,
        )
        server.channel_class = Channel
        leave_the_loaded_alone()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if options["child"]:
            when_parent_is_gone(lambda: signal.raise_signal(signal.SIGTERM))
        server.run()  # returns at the KeyboardInterrupt of SIGINT or SIGTERM
