"""The form of a job's declared params, and the bar of a run that tells how far it is."""

from __future__ import annotations

import re

from django.test import Client

from jobs import services
from jobs.models import Run, Source, Status
from plugins.output.segments import OUT
from tests.web import story

JOB = """\
[params]
stage = { description = "Where to farm" }
times = { type = "int", default = 3, min = 1, max = 10 }
share = { type = "float", default = 0.5, max = 1 }
mode = { choices = ["fast", "careful"] }
hard = false
pause = { type = "duration", default = "5m", min = "1m" }

[os]
cmd = ["echo", "hello"]
"""
GIVEN = {
    "param-stage": "1-7",
    "param-times": "5",
    "param-mode": "fast",
    "param-hard": "true",
    "param-pause": "1h",
}


def control(page: str, name: str) -> str:
    """The first control of a param, with its options."""
    which = f'id="(?:param|again)-{name}"'
    found = re.search(f"<select {which}.*?</select>|<input {which}.*?>", page)
    assert found, name
    return found[0]


def test_each_type_has_its_control(web: Client) -> None:
    story.job("farm", JOB)
    page = web.get("/jobs/farm/").content.decode()
    assert 'type="text" value="" required' in control(page, "stage")
    assert 'type="number" value="3" step="1" min="1" max="10">' in control(page, "times")
    assert 'type="number" value="0.5" step="any" max="1">' in control(page, "share")
    assert 'required><option value="" selected>Choose…</option><option>fast</option>' in control(page, "mode")
    assert "<option>true</option><option selected>false</option>" in control(page, "hard")
    assert 'type="text" value="5m">' in control(page, "pause")


def test_what_is_needed_and_what_fits_is_said_beside_the_control(web: Client) -> None:
    story.job("farm", JOB)
    page = web.get("/jobs/farm/").content.decode()
    needed = re.findall(r'for="param-(\w+)">\w+ <small>needed</small>', page)
    assert needed == ["stage", "mode"]
    for words in ("Where to farm", "1 to 10.", "Seconds, or a text such as 5m, at least 1m."):
        assert f"<p>{words}</p>" in page


def test_the_form_gives_values_of_the_declared_types(web: Client) -> None:
    story.job("farm", JOB)
    web.post("/jobs/farm/run/", GIVEN)
    assert Run.objects.get().params == {
        "stage": "1-7",
        "times": 5,
        "share": 0.5,
        "mode": "fast",
        "hard": True,
        "pause": 3600,
    }


def test_wrong_values_are_told_by_name_and_stay_in_their_fields(web: Client) -> None:
    story.job("farm", JOB)
    wrong = {**GIVEN, "param-times": "11", "param-mode": "", "param-stage": "<b>", "param-uid": "0"}
    answer = web.post("/jobs/farm/run/", wrong)
    page = answer.content.decode().split('id="refused"')[1]
    assert answer.status_code == 422 and not Run.objects.exists()
    for said in ("params.times", "11 is outside 1 to 10", "params.mode", "must be given", "params.uid"):
        assert said in page
    assert 'value="&lt;b&gt;"' in control(page, "stage") and 'value="11"' in control(page, "times")


def test_a_bar_shows_what_the_run_itself_says(web: Client) -> None:
    run = story.run(
        story.job("farm", JOB), Status.RUNNING, ago=10, lasted=0, schedule=None, source=Source.MANUAL
    )
    services.run_dir(run).path.mkdir(parents=True, exist_ok=True)
    services.run_dir(run).write("progress", {"fraction": 0.0, "text": "<i>begins"})
    assert "0 %, &lt;i&gt;begins" in web.get(f"/runs/{run.pk}/").content.decode()
    services.run_dir(run).write("progress", {"fraction": 0.42, "text": ""})
    tick = web.get(f"/runs/{run.pk}/log/?offset=0", headers={"HX-Request": "true"}).content.decode()
    assert '<progress value="42" max="100" aria-label="42 percent done">' in tick and "42 %</p>" in tick


def test_a_line_of_a_labelled_launch_names_it(web: Client) -> None:
    receipt = {"launches": [{"number": 1, "label": "farm"}, {"number": 2, "label": ""}]}
    run = story.run(story.job("farm", JOB), receipt=receipt)
    writer = story.writer(run)
    writer.append(OUT, 1, b"first\n")
    writer.append(OUT, 2, b"second\n")
    page = web.get(f"/runs/{run.pk}/").content.decode()
    assert '<code><span class="origin">farm</span> first</code>' in page and "<code>second</code>" in page
