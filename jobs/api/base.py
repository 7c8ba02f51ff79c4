"""What every view of the API has in common."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.authentication import SessionAuthentication
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from jobs.api.authentication import BearerAuthentication
from jobs.api.parsers import StrictJSONParser
from jobs.api.permissions import MayDoThis
from jobs.api.reading import StrictSerializer, read, read_query
from jobs.api.schema import Schema


class Nothing(StrictSerializer):
    """No field at all: what a bodyless POST or a plain GET takes."""


class ApiView(APIView):
    """Denies by default; `query` and `body` name what a request may carry, anything else is refused."""

    authentication_classes = (BearerAuthentication, SessionAuthentication)
    permission_classes = (MayDoThis,)
    parser_classes = (StrictJSONParser,)
    renderer_classes = (JSONRenderer,)
    metadata_class = None
    schema = Schema()

    query: ClassVar[type[StrictSerializer]] = Nothing

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if hasattr(self, (request.method or "").lower()):
            self.asked = read_query(self.query, request.query_params)

    def given(self, kind: type[StrictSerializer] = Nothing) -> dict[str, Any]:
        """The checked body."""
        return read(kind, self.request.data)
