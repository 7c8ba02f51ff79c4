"""From a name and a password to a token: through the same door as people, with its rules against guessing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from client.api import opened, sent
from client.failures import Refused, Unusable, refusal

FOUND, CREATED, TOO_MANY = 302, 201, 429
COOKIE = "csrftoken"
CODE, ENROL = "/login/code/", "/login/enrol/"


def token_for(address: str, user: str, password: str, code: Callable[[], str], **wanted: Any) -> str:
    """A new token with what is wanted of it (name, scope, days). The session that makes it ends at once.

    code: asked for the digits of a phone, when the server wants them.

    Raises Refused when name and password do not belong together, and Unusable when the server cannot be asked.
    """
    with opened(address, {"Referer": f"{address}/login/"}) as http:  # https asks whose page it was

        def ask(method: str, path: str, **content: Any) -> Any:
            return sent(http, address, method, path, **content)

        def guarded() -> dict[str, str]:
            return {"X-CSRFToken": http.cookies.get(COOKIE) or ""}

        ask("GET", "/login/")
        form = {"username": user, "password": password, "csrfmiddlewaretoken": http.cookies.get(COOKIE) or ""}
        entered = ask("POST", "/login/", data=form)
        if entered.status_code != FOUND:
            raise Refused(_why_not(entered.status_code), entered.status_code)
        if entered.headers.get("Location") == CODE:
            form = {"code": code(), "csrfmiddlewaretoken": http.cookies.get(COOKIE) or ""}
            entered = ask("POST", CODE, data=form)
            if entered.status_code != FOUND:
                raise Refused(_why_not_the_code(entered.status_code), entered.status_code)
        elif entered.headers.get("Location") == ENROL:
            raise Refused(
                f"{address} wants a second factor, and you have none: log in there with a browser once"
            )
        made = ask("POST", "/api/tokens/", json=wanted, headers=guarded())
        ask("POST", "/logout/", headers=guarded())
    return _token_of(address, made)


def _why_not(status: int) -> str:
    if status == TOO_MANY:
        return "too many attempts for this name from your address: wait a quarter of an hour"
    return "name and password do not belong together; both are written with their capitals"


def _why_not_the_code(status: int) -> str:
    if status == TOO_MANY:
        return "too many attempts for this name: wait a quarter of an hour"
    return "this is not the code that your app shows now, or it was used already: wait for the next one"


def _token_of(address: str, answer: Any) -> str:
    try:
        content = answer.json()
    except ValueError:
        content = {}
    if answer.status_code == CREATED:
        return str(content["token"])
    if isinstance(error := content.get("error"), dict):
        raise refusal(answer.status_code, error)
    raise Unusable(f"{address} makes no token this way: make one on {address}/settings/tokens/ and paste it")
