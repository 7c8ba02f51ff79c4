"""Every refusal of the API in one shape: {"error": {"code", "message", "fields": [{field, code, message, example}]}}."""

from __future__ import annotations

import logging
import uuid
from functools import singledispatch
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, JsonResponse
from rest_framework import exceptions, status

from jobs import services
from jobs.exceptions import Conflict, NotFound
from plugins.exceptions import BadInput, MxxError, Problem

log = logging.getLogger("mxx.api")

CODES = {
    400: "bad_input",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}
RETRY_AFTER = "2"


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "the body is larger than 1 MiB"


def handle(error: Exception, context: dict[str, Any]) -> JsonResponse:
    """REST framework's EXCEPTION_HANDLER. Always JSON, whatever the client accepts: an error must be readable."""
    return answer(error)


def refusal(status_code: int, message: str, problems: list[Problem] | None = None) -> JsonResponse:
    fields = [_shown(problem) for problem in problems or []]
    return JsonResponse(
        {"error": {"code": CODES.get(status_code, "refused"), "message": message, "fields": fields}},
        status=status_code,
        json_dumps_params={"ensure_ascii": True},
    )


def _shown(problem: Problem) -> dict[str, Any]:
    """line and column only where they are known."""
    return {key: value for key, value in problem.as_dict().items() if value is not None}


@singledispatch
def answer(error: Exception) -> JsonResponse:
    return _try_again(error) if services.is_away(error) else _unforeseen(error)


def _unforeseen(error: Exception) -> JsonResponse:
    """The log keeps the traceback, the client gets the id under which it stands there."""
    reference = uuid.uuid4().hex[:12]
    log.error("unexpected error %s", reference, exc_info=error)
    return refusal(500, f"something in MXX failed; the server's log tells more under {reference}")


@answer.register
def _(error: MxxError) -> JsonResponse:
    return refusal(400, str(error))


@answer.register
def _(error: BadInput) -> JsonResponse:
    return refusal(400, str(error), error.problems)


@answer.register
def _(error: NotFound) -> JsonResponse:
    return refusal(404, str(error))


@answer.register
def _(error: Conflict) -> JsonResponse:
    problems = [Problem(error.field, "conflict", str(error), error.example)] if error.field else []
    return refusal(409, str(error), problems)


def _try_again(error: Exception) -> JsonResponse:
    """The database is locked, full or gone: nothing was written, so the same request may simply be sent again."""
    log.warning("the database did not answer: %s", error)
    response = refusal(503, "the database cannot be reached or written to right now; try again")
    response["Retry-After"] = RETRY_AFTER
    return response


@answer.register
def _(error: exceptions.APIException) -> JsonResponse:
    response = refusal(error.status_code, _words(error))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


@answer.register
def _(error: Http404) -> JsonResponse:
    return refusal(404, "there is nothing here")


@answer.register
def _(error: PermissionDenied) -> JsonResponse:
    return refusal(403, str(error) or "you may not do this")


@answer.register
def _(error: RequestDataTooBig) -> JsonResponse:
    return refusal(413, TooLarge.default_detail)


@answer.register
def _(error: SuspiciousOperation) -> JsonResponse:
    return refusal(400, "the request cannot be read")


def _words(error: exceptions.APIException) -> str:
    detail = error.detail
    return str(detail) if isinstance(detail, str) else "; ".join(str(part) for part in detail)
