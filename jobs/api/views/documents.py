"""The schema, the page that shows it, and the answer to every address that does not exist."""

from __future__ import annotations

from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.authentication import BearerAuthentication
from jobs.api.base import ApiView, Counted
from jobs.api.permissions import MayDoThis, needs
from jobs.api.schema import Schema
from jobs.exceptions import NotFound


class SchemaDocument(Counted, SpectacularAPIView):
    authentication_classes = (BearerAuthentication, SessionAuthentication)
    permission_classes = (MayDoThis,)
    renderer_classes = [JSONRenderer, OpenApiJsonRenderer, OpenApiJsonRenderer2]  # noqa: RUF012
    schema = Schema()

    @extend_schema(operation_id="getSchema", responses={200: OpenApiTypes.OBJECT})
    @needs(services.KNOWN_USER)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """This document."""
        return super().get(request, *args, **kwargs)


class DocsPage(Counted, SpectacularSwaggerSplitView):
    """Swagger UI from our own static files: nothing is loaded from elsewhere."""

    authentication_classes = (BearerAuthentication, SessionAuthentication)
    permission_classes = (MayDoThis,)
    url_name = "api-schema"

    @extend_schema(exclude=True)
    @needs(services.KNOWN_USER)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Swagger UI sets styles on its elements; scripts stay our own files."""
        page = super().get(request, *args, **kwargs)
        page["Content-Security-Policy"] = (
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
            "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return page


@extend_schema(exclude=True)
class UnknownAddress(ApiView):
    """404 in the API's own shape, for every method; who is not known hears 401 like everywhere."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        hint = "" if request.path.endswith("/") else f"; addresses end with a slash: {request.path[:200]}/"
        raise NotFound(f"there is no {request.path[:200]}{hint}")
