"""MXX's version, and whether it is one that a plugin can work with (`requires_mxx = ">=1.0,<2"`)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from itertools import zip_longest

MXX = "0.1.0"

CLAUSE = re.compile(r"\s*(~=|==|!=|<=|>=|<|>)\s*v?(\d+(?:\.\d+)*)(\.\*)?\s*")
Release = list[int]
COMPARE: dict[str, Callable[[Release, Release], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}


def refusal(specifier: object, version: str = MXX) -> str:
    """Why a plugin that says so cannot be used with this version; "" when it can.

    The specifier is PEP 440's, over release numbers only: `>=1.0`, `>=1,<2`, `~=1.4`, `==1.*`.
    """
    if not isinstance(specifier, str) or not all(map(CLAUSE.fullmatch, _clauses(specifier))):
        return f"says requires_mxx = {specifier!r}, which is no version specifier: write it like '>=1.0' or '>=1.0,<2'"
    if all(_met(clause, version) for clause in _clauses(specifier)):
        return ""
    return f"needs MXX {specifier}, this is MXX {version}: update MXX, or use a version of the plugin made for it"


def _clauses(specifier: str) -> list[str]:
    return specifier.split(",") if specifier.strip() else []


def _met(clause: str, version: str) -> bool:
    match = CLAUSE.fullmatch(clause)
    assert match is not None
    sign, wanted, ours = match[1], _release(match[2]), _release(version)
    if sign == "~=":
        return _compared(">=", ours, wanted) and ours[: len(wanted) - 1] == wanted[:-1]
    if match[3]:  # a prefix: 1.*
        return COMPARE[sign](ours[: len(wanted)], wanted)
    return _compared(sign, ours, wanted)


def _compared(sign: str, ours: Release, wanted: Release) -> bool:
    pairs = list(zip_longest(ours, wanted, fillvalue=0))
    return COMPARE[sign]([one for one, _ in pairs], [other for _, other in pairs])


def _release(version: str) -> Release:
    return [int(part) for part in version.split(".")]
