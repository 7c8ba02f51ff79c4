"""Links that start one job from elsewhere: made by editors, used by whoever was given one."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.bodies import NewTriggerLink, Trigger
from jobs.api.pages import NumberedQuery, page
from jobs.api.permissions import needs
from jobs.api.shapes import NewTriggerLinkShape, StartedShape, TriggerLinkShape, page_of
from jobs.api.throttling import LinkThrottle


class TriggerLinks(ApiView):
    @extend_schema(operation_id="listTriggerLinks", responses=page_of(TriggerLinkShape))
    @needs("jobs.view_triggerlink")
    @asks(NumberedQuery)
    def get(self, request: Request, name: str) -> Response:
        """The links that start this job; never their URLs."""
        rows = self.job(name).trigger_links.select_related("author")
        return page(request, rows, self.asked, key="id", shape=TriggerLinkShape)

    @extend_schema(
        operation_id="createTriggerLink", request=NewTriggerLink, responses={201: NewTriggerLinkShape}
    )
    @needs("jobs.add_triggerlink")
    def post(self, request: Request, name: str) -> Response:
        """The answer is the only one that holds the URL."""
        job, given = self.job(name), self.given(NewTriggerLink)
        link, key = services.make_link(job=job, name=given["name"], author=self.caller)
        url = request.build_absolute_uri(reverse("api-start", args=[key]))
        shown: dict[str, Any] = {**TriggerLinkShape(link).data, "url": url}
        return Response(shown, status=status.HTTP_201_CREATED)


class OneTriggerLink(ApiView):
    @extend_schema(operation_id="revokeTriggerLink", responses={204: None})
    @needs("jobs.delete_triggerlink")
    def delete(self, request: Request, name: str, link_id: int) -> Response:
        """From this moment on the link starts nothing."""
        services.revoke_link(link=services.find_link(self.job(name), link_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Start(ApiView):
    """The link itself: its key is the only credential that is looked at, so no cookie and no token helps or harms."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (LinkThrottle,)

    @extend_schema(operation_id="startByLink", request=Trigger, responses={202: StartedShape})
    def post(self, request: Request, key: str) -> Response:
        """Start the job of a link with its declared params. Nobody logs in for it: the key is the right to it."""
        link = services.opened_link(key)
        run = services.trigger_by_link(link=link, params=self.given(Trigger)["params"])
        return Response({"run": run.pk, "status": run.status}, status=status.HTTP_202_ACCEPTED)
