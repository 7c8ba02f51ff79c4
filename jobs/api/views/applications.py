"""Applications: list, register, change, remove."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.bodies import WholeApplication
from jobs.api.pages import NamedQuery, page
from jobs.api.permissions import needs, refuses
from jobs.api.shapes import ApplicationShape, page_of
from jobs.exceptions import NotFound
from jobs.models import Application


def find(name: str) -> Application:
    """The application of the URL. No database is asked for a name that none can hold."""
    if not name.isprintable():
        raise NotFound("there is no application of this name")
    return services.find_application(name)


def shown(application: Application) -> dict[str, Any]:
    return dict(ApplicationShape(application).data)


class Applications(ApiView):
    @extend_schema(operation_id="listApplications", responses=page_of(ApplicationShape))
    @needs("jobs.view_application")
    @asks(NamedQuery)
    def get(self, request: Request) -> Response:
        """The registered applications, by name."""
        rows = Application.objects.prefetch_related("names")
        return page(request, rows, self.asked, key="name_key", shape=ApplicationShape)

    @extend_schema(
        operation_id="createApplication", request=WholeApplication, responses={201: ApplicationShape}
    )
    @needs("jobs.add_application")
    @refuses({409: "an application of this name or alias exists"})
    def post(self, request: Request) -> Response:
        """Register an application: where it lies and how its configuration is exported and imported."""
        draft = services.ApplicationDraft(**self.given(WholeApplication))
        return Response(shown(services.save_application(draft=draft)), status=status.HTTP_201_CREATED)


class OneApplication(ApiView):
    @extend_schema(operation_id="getApplication", responses=ApplicationShape)
    @needs("jobs.view_application")
    def get(self, request: Request, name: str) -> Response:
        """One application, by its name or an alias."""
        return Response(shown(find(name)))

    @extend_schema(operation_id="replaceApplication", request=WholeApplication, responses=ApplicationShape)
    @needs("jobs.change_application")
    @refuses({409: "another application has this name or alias"})
    def put(self, request: Request, name: str) -> Response:
        """Change an application as a whole."""
        application = find(name)
        draft = services.ApplicationDraft(**self.given(WholeApplication))
        return Response(shown(services.save_application(draft=draft, application=application)))

    @extend_schema(operation_id="deleteApplication", responses={204: None})
    @needs("jobs.delete_application")
    def delete(self, request: Request, name: str) -> Response:
        """Forget an application; its folder stays."""
        services.delete_application(application=find(name))
        return Response(status=status.HTTP_204_NO_CONTENT)
