"""What the pages and lists of one MXX cost its server: `python benchmarks/asking.py`, with MXX_HOME (and DATABASE_URL) set.

In this process, without a network: milliseconds, statements and bytes of each address, one line of JSON for each.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
WHO = "bench"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--cookie", action="store_true", help="print that of a session, and nothing else")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()
    client = client_of_admin()
    if options.cookie:
        sys.stdout.write(client.cookies["sessionid"].value)
    for path in options.paths:
        sys.stdout.write(json.dumps({"path": path, **cost(client, path, options.times)}) + "\n")
        sys.stdout.flush()


def client_of_admin() -> Any:
    os.environ["DJANGO_SETTINGS_MODULE"] = "mxxsite.settings"
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    user = User.objects.filter(username=WHO).first() or User.objects.create_superuser(WHO)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def cost(client: Any, path: str, times: int) -> dict[str, Any]:
    """seconds and cpu: of each request; queries, bytes and status of the last."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken = [asked(client, path) for _ in range(times)]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return {
        "seconds": [seconds for seconds, _ in taken],
        "cpu": [cpu for _, cpu in taken],
        "queries": len(queries),
        "slowest": max(queries.captured_queries, key=lambda one: float(one["time"]), default={}),
        "bytes": len(content),
        "packed": len(gzip.compress(content)),
        "status": answer.status_code,
    }


def asked(client: Any, path: str) -> tuple[float, float]:
    """Seconds by the clock, and of this process's processor."""
    began, cpu = time.perf_counter(), time.process_time()
    client.get(path)
    return time.perf_counter() - began, time.process_time() - cpu


if __name__ == "__main__":
    main()
