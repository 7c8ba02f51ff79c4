"""Sizes in job files."""

from __future__ import annotations

import pytest

from plugins.exceptions import BadInput
from plugins.jobtable import job_table
from plugins.sizes import in_words


@pytest.mark.parametrize(
    ("given", "found"), [("50MB", 50 << 20), ("1.5 gb", None), ("500kb", 500 << 10), (200_000, 200_000)]
)
def test_a_log_limit_is_a_number_or_a_text_with_its_unit(given: object, found: int | None) -> None:
    if found:
        assert job_table({"log_limit": given}).log_limit == found
    else:
        with pytest.raises(BadInput, match="outside 100 KB to 1 GB"):
            job_table({"log_limit": given})


@pytest.mark.parametrize("given", ["much", "50", "-1MB", "1TB", True, 1.5, [], ""])
def test_what_is_no_size_is_refused_with_an_example(given: object) -> None:
    with pytest.raises(BadInput) as refused:
        job_table({"log_limit": given})
    (problem,) = refused.value.problems
    assert (problem.field, problem.example) == ("job.log_limit", '"50MB"')


def test_a_size_is_told_short() -> None:
    assert [in_words(size) for size in (12, 1536, 10 << 20, 3 << 30)] == ["12 B", "1.5 KB", "10 MB", "3 GB"]
