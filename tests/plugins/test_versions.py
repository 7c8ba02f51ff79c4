from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from plugins import versions


@pytest.mark.parametrize(
    "specifier",
    [
        "",
        ">=1.0",
        ">=1.2.3",
        ">1.2",
        ">= 1 , < 2",
        "~=1.2",
        "~=1.2.0",
        "==1.2.3",
        "==1.*",
        "!=1.3",
        "<1.10",
        "<=1.2.3.0",
    ],
)
def test_a_version_that_fits_is_accepted(specifier: str) -> None:
    assert versions.refusal(specifier, "1.2.3") == ""


@pytest.mark.parametrize(
    "specifier", [">=2", ">1.2.3", "<1.2.3", "~=1.3", "~=1.2.4", "==1.2", "==2.*", "!=1.2.3", ">=1,<1.2"]
)
def test_a_version_that_does_not_fit_is_refused_with_both_named(specifier: str) -> None:
    assert versions.refusal(specifier, "1.2.3").startswith(
        f"needs MXX {specifier}, this is MXX 1.2.3: update"
    )


@pytest.mark.parametrize("specifier", ["1.0", ">=", "new", ">=1.x", "=>1", ">=1,,<2", 5, None])
def test_what_is_no_specifier_is_refused_with_an_example(specifier: object) -> None:
    assert "write it like '>=1.0'" in versions.refusal(specifier, "1.2.3")


def test_there_is_one_version_of_mxx() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == versions.MXX == settings.SPECTACULAR_SETTINGS["VERSION"]
