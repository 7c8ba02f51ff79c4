"""What needs no server: words for types, declared params, what an import costs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from client import schemas
from client.commands.runs import is_text
from tests.client.kit import PROGRAM, ROOT


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "array", "items": {"type": "integer"}}, "list of whole numbers"),
        (
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            "text or list of texts",
        ),
        ({"enum": ["keep", "fail"]}, '"keep", "fail"'),
        ({"format": "mxx-duration", "type": ["number", "string"]}, "duration"),
        ({}, "any value"),
    ],
)
def test_a_type_is_told_in_words(schema: dict[str, Any], words: str) -> None:
    assert schemas.in_words(schema) == words


@pytest.mark.parametrize(
    ("declaration", "text"),
    [
        ("1-7", True),
        (3, False),
        ({}, True),
        ({"type": "str", "default": "1"}, True),
        ({"type": "duration", "default": "5m"}, False),
        ({"choices": ["fast", "careful"]}, True),
        ({"min": 1}, False),
    ],
)
def test_a_declared_text_stays_a_text(declaration: Any, text: bool) -> None:
    assert is_text(declaration) is text


def test_the_client_starts_without_django_and_without_the_engine() -> None:
    ask = "import sys, client.main; print(*{'django', 'jobs', 'plugins', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_reader_that_goes_away_gets_no_traceback() -> None:
    with subprocess.Popen(
        [*PROGRAM, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_told_how_to_complete(shell: str) -> None:
    ask = {**os.environ, "_MXX_CLI_COMPLETE": f"{shell}_source"}
    done = subprocess.run(PROGRAM, env=ask, capture_output=True, text=True, check=True)
    assert "mxx-cli" in done.stdout
