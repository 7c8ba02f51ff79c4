"""Python's collector in a process that serves: what its start has loaded stays for ever, and need not be looked at again."""

from __future__ import annotations

import gc

from django.urls import get_resolver

THRESHOLD = 20_000
"""Objects more than before until the collector looks at the young ones. A large page makes 30,000 and lets most of them go:
by the usual 700, and with all that Django has loaded, a calendar took 125 ms instead of 80."""


def leave_the_loaded_alone() -> None:
    """Once a process, when it is about to serve; the first page finds all views loaded."""
    assert get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(THRESHOLD)
