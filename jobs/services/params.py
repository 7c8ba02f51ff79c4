"""Declared params: what a trigger may set."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jobs.models import Revision
from plugins import jobfile
from plugins.exceptions import BadInput, Problem


def with_defaults(declared: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The run's params: the declared defaults, overridden by what was given. Undeclared ones are refused."""
    unknown = [name for name in given if name not in declared]
    if unknown:
        allowed = ", ".join(declared) or "none: the job file has no [params]"
        raise BadInput(
            Problem(
                f"params.{name}",
                "undeclared",
                f"is not declared in [params] (declared: {allowed})",
                f'[params]\n{name} = "value"',
            )
            for name in unknown
        )
    defaults = {name: _default(value) for name, value in declared.items()}
    missing = [name for name, value in {**defaults, **given}.items() if value is None]
    if missing:
        raise BadInput(
            Problem(
                f"params.{name}",
                "required",
                "must be given: it has no default",
                f'"params": {{"{name}": "value"}}',
            )
            for name in missing
        )
    return {**defaults, **given}


def schedule_params(revision_id: int, given: dict[str, Any]) -> dict[str, Any]:
    """Params of a scheduled run: checked when the job was saved, so only the defaults are added."""
    return {**_defaults(revision_id), **given}


@lru_cache(maxsize=4096)
def _defaults(revision_id: int) -> dict[str, Any]:
    declared = jobfile.parse(Revision.objects.get(pk=revision_id).toml).params
    return {name: _default(value) for name, value in declared.items() if _default(value) is not None}


def _default(declaration: Any) -> Any:
    return declaration.get("default") if isinstance(declaration, dict) else declaration
