"""One line of a log as it is shown. Drawn here and not by a template, which takes ten times as long: a look may bring 500."""

from __future__ import annotations

from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs.web import ansi
from jobs.web.loglines import Line
from plugins.output.segments import ERR, MXX

LOOKS = {MXX: ("by-mxx", ""), ERR: ("on-stderr", "stderr")}
"""Class and title of a line, by its stream."""
ROW = '<li id="L{0}"{1}><a href="#L{0}">{0}</a>{2}<code>{3}{4}</code></li>\n'
NOTHING, NO_CLOCK = SafeString(), SafeString("<time></time>")


@dataclass(frozen=True)
class Row:
    """One line, ready to show. clock: "" where the time is not known."""

    number: int
    clock: SafeString | str
    css: str
    spans: list[ansi.Span]
    dropped: int = 0
    origin: str = ""
    """The label of the launch that wrote it, where it has one."""
    stream: str = ""
    """Where it was written, if not to the output itself."""
    launch: int = 0

    @property
    def markup(self) -> SafeString:
        if self.dropped:
            told = _("%(n)s were left out here: a log is bounded") % {"n": filesizeformat(self.dropped)}
            return format_html('<li class="folded" id="L{}">{}</li>', self.number, told)
        origin = format_html('<span class="origin">{}</span> ', self.origin) if self.origin else NOTHING
        return format_html(
            ROW, self.number, self._attributes(), self.clock or NO_CLOCK, origin, text_of(self.spans)
        )

    def _attributes(self) -> SafeString:
        given = (("class", self.css), ("title", self.stream), ("data-launch", self.launch))
        return format_html_join("", ' {}="{}"', (one for one in given if one[1]))


def row_of(line: Line, clock: SafeString | str, origin: str) -> Row:
    """clock: the same for all lines that were read at once, and dear to make."""
    css, stream = LOOKS.get(line.stream, ("", ""))
    return Row(
        line.number,
        clock,
        css,
        ansi.spans(line.text, is_long=line.is_long),
        line.dropped,
        origin,
        stream,
        line.launch,
    )


def text_of(spans: list[ansi.Span]) -> SafeString | str:
    """In its colours. One without any is escaped where it is put."""
    if len(spans) == 1 and not spans[0].css:
        return spans[0].text
    return format_html_join("", "{}", ((_coloured(span),) for span in spans))


def _coloured(span: ansi.Span) -> SafeString | str:
    return format_html('<span class="{}">{}</span>', span.css, span.text) if span.css else span.text
