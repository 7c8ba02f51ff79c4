from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from mxxsite import env


def test_tags_and_their_numbers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MXX_TAG_SLOTS", "emulator=1, heavy load=12")
    assert env.slots_of_tags("MXX_TAG_SLOTS") == {"emulator": 1, "heavy load": 12}


@pytest.mark.parametrize(
    "value", ["emulator", "emulator=", "=1", "a=0", "a=-1", "a=x", "a=1,a=2", "a=1,,b=2"]
)
def test_what_is_no_list_of_tags_stops_the_start_with_an_example(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MXX_TAG_SLOTS", value)
    with pytest.raises(ImproperlyConfigured, match=r"MXX_TAG_SLOTS=.*for example emulator=1,heavy=2"):
        env.slots_of_tags("MXX_TAG_SLOTS")
