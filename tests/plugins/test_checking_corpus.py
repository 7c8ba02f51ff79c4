from __future__ import annotations

import pytest

from plugins import checking, jobfile
from plugins.exceptions import BadInput, Problem
from tests.corpus.broken import Broken, broken_job_files
from tests.costs import seconds_of


def problems_of(case: Broken) -> list[Problem]:
    with pytest.raises(BadInput) as caught:
        checking.check(jobfile.parse(case.text, format=case.format))
    return caught.value.problems


@pytest.mark.parametrize("case", broken_job_files(), ids=lambda case: case.name)
def test_a_broken_job_file_is_refused_at_the_right_place_in_plain_words_within_a_second(case: Broken) -> None:
    assert seconds_of(lambda: problems_of(case)) < 1
    first = problems_of(case)[0]
    assert case.message in first.message
    assert first.field == case.field
    assert first.code == (case.code or first.code)
    assert first.line == (case.line or first.line)


@pytest.mark.parametrize("case", broken_job_files(), ids=lambda case: case.name)
def test_a_wrong_value_comes_with_an_example(case: Broken) -> None:
    for problem in problems_of(case):
        assert problem.example or not problem.field or problem.code == "too_deep"


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len({case.name for case in broken_job_files()}) == len(broken_job_files()) >= 40
