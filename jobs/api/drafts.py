"""The job file of a body, checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jobs import services
from plugins.exceptions import BadInput


def draft_of(given: dict[str, Any]) -> services.Draft:
    """The checked job file of a body. What concerns the file as a whole is told at the body's own field."""
    key = "config" if "config" in given else "toml"
    try:
        return services.read_draft(**{"config" if key == "config" else "text": given[key]})
    except BadInput as error:
        raise BadInput(replace(problem, field=problem.field or key) for problem in error.problems) from None
