"""Earlier texts of a job: read, compared, and taken up again."""

from __future__ import annotations

import pytest

from jobs.models import Job, Revision
from tests.api.kit import HELLO, Api, make_job

LATER = HELLO + "[job]\ndescription = 'more'\n"


@pytest.fixture
def job(api: Api) -> Job:
    make_job()
    api.put("jobs/hello/", {"toml": LATER})
    return Job.objects.get()


def test_one_revision_is_read_by_its_number_with_author_and_time(api: Api, job: Job) -> None:
    found = api.get("jobs/hello/revisions/2/").json()
    assert (found["number"], found["author"], found["toml"]) == (2, "boss", LATER)
    assert found["created_at"].endswith("Z")
    assert api.get("jobs/hello/revisions/3/").status_code == 404
    assert api.get(f"jobs/hello/revisions/{2**63}/").status_code == 404


def test_a_diff_is_since_the_revision_before_or_any_other(api: Api, job: Job) -> None:
    forth = api.get("jobs/hello/revisions/2/diff/").json()
    assert (forth["since"], forth["number"]) == (1, 2)
    assert "+description = 'more'" in forth["diff"] and forth["diff"].startswith("--- revision 1")
    back = api.get("jobs/hello/revisions/1/diff/?since=2").json()
    assert "-description = 'more'" in back["diff"]
    assert api.get("jobs/hello/revisions/1/diff/").json()["since"] == 0
    assert api.get("jobs/hello/revisions/1/diff/?since=1").json()["diff"] == ""


def test_rolling_back_writes_a_new_revision_with_the_old_text(api: Api, job: Job) -> None:
    answer = api.post("jobs/hello/revisions/1/rollback/")
    assert (answer.status_code, answer.json()["toml"]) == (200, HELLO)
    assert [row.toml for row in Revision.objects.order_by("number")] == [HELLO, LATER, HELLO]
    api.post("jobs/hello/revisions/3/rollback/")
    assert Revision.objects.count() == 3, "it says that already"


def test_a_job_from_a_file_is_not_rolled_back(api: Api, job: Job) -> None:
    Job.objects.update(source="file:hello.toml")
    assert api.post("jobs/hello/revisions/1/rollback/").status_code == 409
    assert Revision.objects.count() == 2


def test_readers_see_no_secrets_in_revisions_and_diffs(api: Api, viewer: Api) -> None:
    text = HELLO + '[os.env]\nPASSWORD = "{}"\n'
    make_job(toml=text.format("old"))
    api.put("jobs/hello/", {"toml": text.format("hunter2")})
    for path in ("2/", "2/diff/", "2/diff/?since=1"):
        assert "hunter2" in api.get(f"jobs/hello/revisions/{path}").content.decode()
        assert "hunter2" not in viewer.get(f"jobs/hello/revisions/{path}").content.decode()
