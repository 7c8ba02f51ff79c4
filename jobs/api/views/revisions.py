"""Revisions of a job: list, one, what changed between two, and going back to one."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.pages import NumberedQuery, page
from jobs.api.permissions import needs, refuses
from jobs.api.reading import StrictSerializer
from jobs.api.shapes import (
    JobShape,
    RedactedRevisionShape,
    RevisionDiffShape,
    RevisionShape,
    page_of,
)
from jobs.api.views.jobs import shown
from jobs.exceptions import NotFound
from jobs.models import Revision

LARGEST_NUMBER = 2**31 - 1


class RevisionsOfJob(ApiView):
    """Readers who may not edit the job see its texts without what may be secret."""

    for_one_job = True

    @property
    def shape(self) -> type[RevisionShape]:
        return RevisionShape if self.may("jobs.change_job") else RedactedRevisionShape

    def text(self, revision: Revision | None) -> str:
        return str(self.shape(revision).data["toml"]) if revision else ""

    def revision(self, name: str, number: int) -> Revision:
        """Of the URL. Raises NotFound."""
        job = self.job(name)
        if number > LARGEST_NUMBER:
            raise NotFound(f"job {job.name!r} has no revision {str(number)[:30]}")
        return services.find_revision(job, number)


class Revisions(RevisionsOfJob):
    @extend_schema(operation_id="listRevisions", responses=page_of(RevisionShape))
    @needs("jobs.view_job")
    @asks(NumberedQuery)
    def get(self, request: Request, name: str) -> Response:
        """The job's texts, newest first."""
        rows = self.job(name).revisions.select_related("author")
        return page(request, rows, self.asked, key="-number", shape=self.shape)


class OneRevision(RevisionsOfJob):
    @extend_schema(operation_id="getRevision", responses=RevisionShape)
    @needs("jobs.view_job")
    def get(self, request: Request, name: str, number: int) -> Response:
        """One text that the job had, by its number."""
        return Response(self.shape(self.revision(name, number)).data)


class DiffQuery(StrictSerializer):
    since = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_NUMBER,
        required=False,
        help_text="an earlier or later number; the one before",
    )
    examples: ClassVar[dict[str, str]] = {"since": "3"}


class Diff(RevisionsOfJob):
    @extend_schema(operation_id="diffRevisions", responses=RevisionDiffShape)
    @needs("jobs.view_job")
    @asks(DiffQuery)
    def get(self, request: Request, name: str, number: int) -> Response:
        """What changed since another revision (the one before), as a unified diff."""
        after, since = self.revision(name, number), self.asked.get("since")
        before = self.revision(name, since) if since else after.previous()
        first = before.number if before else 0
        diff = services.difference(
            self.text(before),
            self.text(after),
            old_name=f"revision {first}",
            new_name=f"revision {number}",
        )
        return Response({"since": first, "number": number, "diff": diff})


class RollBack(RevisionsOfJob):
    @extend_schema(operation_id="rollBackJob", request=None, responses=JobShape)
    @needs("jobs.change_job")
    @refuses({409: "the job comes from a file"})
    def post(self, request: Request, name: str, number: int) -> Response:
        """Give the job this text again, as a new revision."""
        self.given()
        job = services.roll_back_job(
            job=self.job(name),
            number=self.revision(name, number).number,
            source="api",
            author=self.caller,
        )
        return Response(shown(job))
