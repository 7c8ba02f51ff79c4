"""Run pytest with PostgreSQL (MXX_TEST_DATABASE_URL) as the database; without a server: a failure where
MXX_REQUIRE_SERVICES=1, else a sentence and success."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg

DEFAULT = "postgres://root@127.0.0.1:5432/test"


def main(paths: list[str]) -> int:
    url = os.environ.setdefault("MXX_TEST_DATABASE_URL", DEFAULT)
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        required = os.environ.get("MXX_REQUIRE_SERVICES") == "1"
        print(f"PostgreSQL does not answer, so nothing was tested on it: {error}", file=sys.stderr)
        return 1 if required else 0
    environment = {**os.environ, "MXX_TEST_ON": "postgresql"}
    return subprocess.call([sys.executable, "-m", "pytest", *paths], env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
