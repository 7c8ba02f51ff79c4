"""What a terminal shows of a run: output untouched, progress as one line that is rewritten, nothing when piped."""

from __future__ import annotations

import io

from jobs.management.terminal import ERASE, Terminal
from jobs.services import Progress
from plugins.output.segments import OUT, Record

HALF = "[############............]  50% half"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_on(screen: io.StringIO) -> Terminal:
    return Terminal(log_to_stderr=False, out=screen, err=screen)


def said(text: bytes) -> list[Record]:
    return [Record(0.0, OUT, 1, 0, text)]


def test_progress_is_one_line_that_is_rewritten() -> None:
    terminal = terminal_on(screen := Screen())
    for fraction in (0.5, 0.5, 1.0):
        terminal.progress(Progress(fraction, "half"))
    assert screen.getvalue() == f"{HALF}{ERASE}[{'#' * 24}] 100% half"


def test_output_takes_the_place_of_the_bar_which_stands_below_it_again() -> None:
    terminal = terminal_on(screen := Screen())
    terminal.progress(Progress(0.5, "half"))
    terminal(said(b"hello\n"))
    assert screen.getvalue() == f"{HALF}{ERASE}hello\n{HALF}"


def test_half_a_line_of_output_is_never_erased() -> None:
    terminal = terminal_on(screen := Screen())
    terminal.progress(Progress(0.5, "half"))
    terminal(said(b"hel"))
    terminal.progress(Progress(0.6, "half"))
    terminal(said(b"lo\n"))
    assert screen.getvalue().startswith(f"{HALF}{ERASE}hello\n[")


def test_nothing_is_drawn_when_nobody_sits_there() -> None:
    terminal = terminal_on(pipe := io.StringIO())
    terminal.progress(Progress(0.5, "half"))
    terminal(said(b"hello\n"))
    assert pipe.getvalue() == "hello\n"
