"""What `runjob` shows: the log as it comes, and below it how far the run is.

A terminal gets text, colours and carriage returns, and nothing else that it would obey; a pipe gets what was written."""

from __future__ import annotations

import codecs
import json
import sys
from typing import TextIO

from jobs import services
from jobs.models import Run
from plugins.output.escapes import half_at, harmless
from plugins.output.segments import CUT, ERR, MXX, Record

BAR = 24
ERASE = "\r\x1b[K"


class Terminal:
    """Output to stdout, errors and MXX's own lines to stderr; progress as the last line of a terminal, else nowhere."""

    def __init__(self, *, log_to_stderr: bool, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._stderr_only = log_to_stderr
        self._out, self._err = out or sys.stdout, err or sys.stderr
        self._decoders: dict[tuple[int, int], codecs.IncrementalDecoder] = {}
        self._rest: dict[tuple[int, int], bytes] = {}
        """Escapes that have not ended yet."""
        self._shows_progress = self._err.isatty()
        self._bar = ""
        self._at_line_start = True

    def __call__(self, records: list[Record]) -> None:
        self._erase()
        for record in records:
            stream = self._err if self._stderr_only or record.stream in (ERR, MXX, CUT) else self._out
            text = self._text(record, whole=not stream.isatty())
            stream.write(text)
            stream.flush()
            self._at_line_start = text.endswith("\n") if text else self._at_line_start
        self._draw()

    def progress(self, told: services.Progress) -> None:
        """Rewrites the last line; nothing when nobody sits there."""
        bar = _bar(told)
        if self._shows_progress and bar != self._bar:
            self._erase()
            self._bar = bar
            self._draw()

    def finish(self, run: Run, *, as_json: bool) -> None:
        """The last word: status and reason, or the run as JSON."""
        self._erase()
        if as_json:
            self._out.write(json.dumps(services.describe_run(run), ensure_ascii=False) + "\n")
        else:
            reason = f": {run.reason}" if run.reason else ""
            custody = services.custody_in_words(run.receipt or {})
            told = f"run {run.pk}; custody: {custody}" if custody else f"run {run.pk}"
            self._err.write(f"mxx: {run.job_name} {run.get_status_display().lower()}{reason} ({told})\n")

    def _draw(self) -> None:
        """Not behind half a line of output: that would be erased with it."""
        if self._bar and self._at_line_start:
            self._err.write(self._bar)
            self._err.flush()

    def _erase(self) -> None:
        if self._bar and self._at_line_start:
            self._err.write(ERASE)
            self._err.flush()

    def _text(self, record: Record, *, whole: bool) -> str:
        if record.stream == CUT:
            return f"\n[... {record.dropped} bytes cut ...]\n"
        source = (record.stream, record.launch)
        decoder = self._decoders.setdefault(source, codecs.getincrementaldecoder("utf-8")("replace"))
        data = record.data
        if not whole:
            data = self._rest.pop(source, b"") + data
            border = half_at(data)
            self._rest[source], data = data[border:], data[:border]
        text = decoder.decode(data)
        shown = text if whole else harmless(text, colours=True, returns=True)
        return ("mxx: " if record.stream == MXX else "") + shown


def _bar(told: services.Progress) -> str:
    full = round(told.fraction * BAR)
    return f"[{'#' * full}{'.' * (BAR - full)}] {told.fraction:4.0%} {told.text[:40]}".rstrip()
