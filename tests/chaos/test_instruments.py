"""The instruments of the chaos tests fit the product: a place that was renamed would be a test that waits in vain."""

from __future__ import annotations

import pytest

from tests.chaos.instrumented import POINTS, found


@pytest.mark.parametrize("point", POINTS)
def test_each_point_is_a_place_in_the_product(point: str) -> None:
    module, path, _ = POINTS[point]
    owner, name = found(module, path)
    assert callable(getattr(owner, name))
