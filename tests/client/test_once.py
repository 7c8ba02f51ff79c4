"""One key, many requests at the same moment, one run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.client.kit import Cli


def test_requests_with_one_key_that_come_at_once_start_one_run(cli: Cli) -> None:
    cli.mxx.save("asked at once", '[os]\ncmd = ["true"]\n')

    def ask(_: int) -> Any:
        return cli.mxx.ask("POST", "jobs/asked%20at%20once/trigger/", {}, {"Idempotency-Key": "k"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))
    assert {status for status, _ in answers} == {202}
    assert len({run["id"] for _, run in answers}) == len(cli.mxx.runs("job=asked%20at%20once")) == 1
