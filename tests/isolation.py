"""Loaded by pytest before Django is: no test reads or writes the developer's own MXX_HOME or database."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile

import pytest

FOR_TESTS = ("MXX_TEST_", "MXX_REQUIRE_")


def isolate() -> str:
    for name in list(os.environ):
        if name == "DATABASE_URL" or (name.startswith("MXX_") and not name.startswith(FOR_TESTS)):
            del os.environ[name]
    if os.environ.get("MXX_TEST_ON") == "postgresql":
        os.environ["DATABASE_URL"] = os.environ.get(
            "MXX_TEST_DATABASE_URL", "postgres://root@127.0.0.1:5432/test"
        )
    os.environ["MXX_HOME"] = tempfile.mkdtemp(prefix="mxx-tests-")
    return os.environ["MXX_HOME"]


def hear_ctrl_c() -> None:
    """A shell that starts the tests in the background lets them, and all that they start, be deaf to it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


hear_ctrl_c()
HOME = isolate()  # at import, since pytest-django imports the settings before any conftest is read


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Django has read it; what tests start has a database of its own (tests/chaos/databases.py)."""
    os.environ.pop("DATABASE_URL", None)


def pytest_unconfigure() -> None:
    from tests.chaos.databases import drop_all

    drop_all()
    shutil.rmtree(HOME, ignore_errors=True)
