"""Addresses that a page shows by the hundred: each asked of the routes once."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=4096)
def address(view: str, *args: str | int) -> str:
    """address("run-now", "backup"), of a view of the pages. 40 us the first time, nothing afterwards."""
    return reverse(f"web:{view}", args=args)


def of_run(run_id: int) -> str:
    return f"{address('runs')}{run_id}/"
