"""What every view of the API has in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.http import QueryDict
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from jobs.api.authentication import BearerAuthentication
from jobs.api.parsers import StrictJSONParser
from jobs.api.permissions import MayDoThis
from jobs.api.reading import StrictSerializer, read, read_query
from jobs.api.schema import Schema

Method = TypeVar("Method", bound=Callable[..., Any])


class Nothing(StrictSerializer):
    """No field at all: the query or body of a request that takes none."""


def asks(query: type[StrictSerializer]) -> Callable[[Method], Method]:
    """Marks a view's method with the query it takes; self.asked then has the checked values."""

    def mark(method: Method) -> Method:
        method.query = query  # type: ignore[attr-defined]
        return method

    return mark


class ApiView(APIView):
    """Denies by default, and refuses whatever a request carries that the method did not ask for."""

    authentication_classes = (BearerAuthentication, SessionAuthentication)
    permission_classes: Sequence[type[BasePermission]] = (MayDoThis,)
    parser_classes = (StrictJSONParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    metadata_class = None
    schema = Schema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if method := getattr(self, (request.method or "").lower(), None):
            self.asked = read_query(getattr(method, "query", Nothing), request.query_params)

    @property
    def caller(self) -> AbstractBaseUser:
        """Who asks: MayDoThis has let nobody else in."""
        assert isinstance(self.request.user, AbstractBaseUser)
        return self.request.user

    def given(self, kind: type[StrictSerializer] = Nothing) -> dict[str, Any]:
        """The checked body."""
        data = self.request.data
        return read(kind, data.dict() if isinstance(data, QueryDict) else data)
