"""Loaded by pytest before Django is: no test reads or writes the developer's own MXX_HOME or database."""

from __future__ import annotations

import os
import shutil
import tempfile

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


HOME = isolate()  # at import, since pytest-django imports the settings before any conftest is read


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
