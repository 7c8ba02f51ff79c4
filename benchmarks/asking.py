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

from tests.costs import plain_loop

WHO = "bench"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--cookie", action="store_true", help="print that of a session, and nothing else")
    parser.add_argument("--viewers", type=int, default=0, help="print the cookies of so many who may look")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()
    client = client_of_admin()
    if options.cookie:
        sys.stdout.write(client.cookies["sessionid"].value)
    sys.stdout.writelines(f"{cookie_of_viewer(number)}\n" for number in range(options.viewers))
    for path in options.paths:
        sys.stdout.write(json.dumps({"path": path, **cost(client, path, options.times)}) + "\n")
        sys.stdout.flush()


def client_of_admin() -> Any:
    os.environ["DJANGO_SETTINGS_MODULE"] = "mxxsite.settings"
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    from jobs.management.collecting import leave_the_loaded_alone

    leave_the_loaded_alone()  # as web does it
    user = User.objects.filter(username=WHO).first() or User.objects.create_superuser(WHO)
    client = Client(SERVER_NAME="127.0.0.1", HTTP_ACCEPT_ENCODING="gzip")  # as browsers ask, and pay
    client.force_login(user)
    return client


def cookie_of_viewer(number: int) -> str:
    from django.contrib.auth.models import Group, User
    from django.test import Client

    user, _ = User.objects.get_or_create(username=f"viewer-{number}")
    user.groups.set(Group.objects.filter(name="viewer"))
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client.cookies["sessionid"].value


def cost(client: Any, path: str, times: int) -> dict[str, Any]:
    """seconds, cpu and floor: of each request; queries, bytes and status of the last."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken = [asked(client, path) for _ in range(times)]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    sent = b"".join(answer.streaming_content) if answer.streaming else answer.content
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return {
        "seconds": [seconds for seconds, _, _ in taken],
        "cpu": [cpu for _, cpu, _ in taken],
        "floor": [floor for _, _, floor in taken],
        "queries": len(queries),
        "slowest": max(queries.captured_queries, key=lambda one: float(one["time"]), default={}),
        "bytes": len(gzip.decompress(sent) if packed else sent),
        "packed": len(sent),
        "status": answer.status_code,
    }


def asked(client: Any, path: str) -> tuple[float, float, float]:
    """Seconds by the clock, of this process's processor, and the floor: a plain loop before and after."""
    floor = plain_loop()
    began, cpu = time.perf_counter(), time.process_time()
    client.get(path)
    taken = time.perf_counter() - began, time.process_time() - cpu
    return *taken, floor + plain_loop()


if __name__ == "__main__":
    main()
