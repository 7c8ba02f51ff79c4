"""What the web server refuses before Django hears of it (a body or a head that is too large, broken HTTP), in the API's error shape."""

from __future__ import annotations

import json

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

CODES = {400: "bad_input", 413: "too_large", 431: "too_large", 500: "internal"}


class JsonRefusal(ErrorTask):
    """JSON for programs; on the address of a page waitress's own plain text."""

    def execute(self) -> None:
        path = getattr(self.request, "path", "/")
        if path != "/" and not path.startswith("/api/"):  # "/" also stands for an address that was not read
            super().execute()
            return
        error = self.request.error
        told = {
            "code": CODES.get(error.code, "refused"),
            "message": f"{error.reason}: {error.body}",
            "fields": [],
        }
        body = json.dumps({"error": told}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):
    error_task_class = JsonRefusal
