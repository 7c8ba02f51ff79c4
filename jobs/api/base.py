"""What every view of the API has in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.models import User
from django.http import QueryDict
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from jobs import services
from jobs.api.authentication import BearerAuthentication
from jobs.api.parsers import StrictJSONParser
from jobs.api.permissions import MayDoThis, token_of
from jobs.api.reading import LARGEST_ID, StrictSerializer, read, read_query
from jobs.api.schema import Schema
from jobs.api.throttling import count_request
from jobs.exceptions import NotFound
from jobs.models import Job, Run

Method = TypeVar("Method", bound=Callable[..., Any])


class Nothing(StrictSerializer):
    """No field at all: the query or body of a request that takes none."""


def asks(query: type[StrictSerializer]) -> Callable[[Method], Method]:
    """Marks a view's method with the query it takes; self.asked then has the checked values."""

    def mark(method: Method) -> Method:
        method.query = query  # type: ignore[attr-defined]
        return method

    return mark


class Counted(APIView):
    """Holds up a caller who asks too often, before it costs more than knowing who it is."""

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        count_request(request)


class ApiView(Counted):
    """Denies by default, and refuses whatever a request carries that the method did not ask for."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (BearerAuthentication, SessionAuthentication)
    permission_classes: Sequence[type[BasePermission]] = (MayDoThis,)
    parser_classes = (StrictJSONParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    metadata_class = None
    schema = Schema()
    for_one_job: ClassVar[bool] = False
    """True for a view that asks `self.job`, `self.run` or `self.only_job`, so that a token for one job sees no other."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if method := getattr(self, (request.method or "").lower(), None):
            self.asked = read_query(getattr(method, "query", Nothing), request.query_params)

    @property
    def caller(self) -> User:
        """Who asks: MayDoThis has let nobody else in."""
        assert isinstance(self.request.user, User)
        return self.request.user

    @property
    def only_job(self) -> int | None:
        """Id of the one job that the caller's token is for."""
        token = token_of(self.request)
        return token.job_id if token else None

    def may(self, permission: str) -> bool:
        return services.may(self.caller, permission, token_of(self.request))

    def job(self, name: str) -> Job:
        """The job of the URL. No database is asked for a name that none can hold. Raises NotFound."""
        found = services.find_job(name) if name.isprintable() else None
        if found is None or self.only_job not in (None, found.pk):
            raise NotFound("there is no job of this name")
        return found

    def run(self, run_id: int) -> Run:
        """The run of the URL. Raises NotFound."""
        found = services.find_run(run_id) if run_id <= LARGEST_ID else None
        if found is None or self.only_job not in (None, found.job_id):
            raise NotFound(f"there is no run {str(run_id)[:30]}")
        return found

    def given(self, kind: type[StrictSerializer] = Nothing) -> dict[str, Any]:
        """The checked body."""
        data = self.request.data
        return read(kind, data.dict() if isinstance(data, QueryDict) else data)
