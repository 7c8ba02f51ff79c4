"""Takes each hand-made job through the API of a whole MXX, to the end of its run; each answer is held to the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from openapi_schema_validator import OAS31Validator

from benchmarks.apifuzz.jobs import Handmade, all_jobs
from tests.chaos.mxx import Mxx

WAIT = "trigger/?wait=30"


def run_all(home: Path) -> list[str]:
    """What was found, in words."""
    jobs, mxx = all_jobs(), Mxx(home)
    try:
        mxx.up()
        witness = Witness(mxx)
        for job in jobs:
            witness.take(job)
        print(f"configs: {len(jobs)} job files, {witness.answers} answers")
        return witness.found + [f"log: {line[:200]}" for line in mxx.errors()]
    finally:
        mxx.stop()


class Witness:
    """Asks, and notes what the document does not tell."""

    def __init__(self, mxx: Mxx) -> None:
        self.mxx, self.answers = mxx, 0
        self.found: list[str] = []
        self.document: dict[str, Any] = mxx.ask("GET", "schema/")[1]

    def take(self, job: Handmade) -> None:
        path = f"jobs/{quote(job.name, safe='')}/"
        body = {"toml" if isinstance(job.text, str) else "config": job.text}
        made = self.ask(job, "createJob", "POST", "jobs/", {"name": job.name, **body}, good=(201,))
        if "name" not in made:
            return
        self._look(job, path, made)
        run = self.ask(job, "triggerJob", "POST", path + WAIT, {"params": job.params}, good=(200,))
        if "id" in run:
            self._judge(job, run)
        self.ask(job, "deleteJob", "DELETE", f"{path}?cancel=true", good=(204,))

    def _look(self, job: Handmade, path: str, made: dict[str, Any]) -> None:
        shown = self.ask(job, "getJob", "GET", path)
        again = self.ask(job, "replaceJob", "PUT", path, {"toml": shown["toml"]})
        self._expect(job, again["config"] == made["config"], "its own text says something else")
        for operation, part in (
            ("explainJob", "explain/"),
            ("listNextMomentsOfJob", "next/"),
            ("listRevisions", "revisions/"),
        ):
            self.ask(job, operation, "GET", path + part)
        tables = made["config"].get("schedule", [])
        for table in [tables] if isinstance(tables, dict) else tables:
            self.ask(job, "previewSchedule", "POST", "schedules/preview/", {**table, "count": 50})

    def _judge(self, job: Handmade, run: dict[str, Any]) -> None:
        self._expect(job, run["status"] in job.ends, f"its run ended {run['status']}: {run['reason']}")
        for operation, part in (
            ("getRun", ""),
            ("listEvents", "events/"),
            ("readSamples", "samples/"),
            ("listDetached", "detached/"),
            ("readLog", "log/"),
        ):
            self.ask(job, operation, "GET", f"runs/{run['id']}/{part}")

    def ask(
        self,
        job: Handmade,
        operation: str,
        method: str,
        path: str,
        body: Any = None,
        good: tuple[int, ...] = (200,),
    ) -> Any:
        status, answer = self.mxx.ask(method, path, body)
        self.answers += 1
        self._expect(job, status in good, f"{operation} answered {status}: {str(answer)[:300]}")
        for problem in self._problems(operation, status, answer):
            self._expect(job, False, f"{operation} {status}: {problem}")
        return answer

    def _problems(self, operation: str, status: int, answer: Any) -> Iterator[str]:
        responses = next(
            one["responses"]
            for methods in self.document["paths"].values()
            for one in methods.values()
            if one["operationId"] == operation
        )
        told = responses.get(str(status))
        if told is None:
            yield "undocumented"
            return
        if reference := told.get("$ref"):
            told = self.document["components"]["responses"][reference.rpartition("/")[2]]
        for content in told.get("content", {}).values():
            schema = {**content["schema"], "components": self.document["components"]}
            yield from (error.message[:200] for error in OAS31Validator(schema).iter_errors(answer))

    def _expect(self, job: Handmade, right: bool, words: str) -> None:
        if not right:
            self.found.append(f"{job.name[:40]}: {words}")
