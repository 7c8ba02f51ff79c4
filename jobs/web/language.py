"""In which language a page speaks: the one chosen in the footer, else the one that the browser asks for.

The API, the command line, the logs and what is stored speak English (docs/languages.md).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from jobs.web.catalogues import compile_catalogues

Answer = Callable[[HttpRequest], HttpResponseBase]
ENGLISH_ONLY = ("/api/", "/static/")


class TheirLanguage:
    """Middleware. Outermost, and not Django's own: its choice ends with the request, so no thread keeps the last one."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response
        compile_catalogues(Path(settings.BASE_DIR) / "locale", Path(settings.LOCALE_PATHS[0]))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(ENGLISH_ONLY):
            with translation.override("en"):
                return self._get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            response = self._get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response
