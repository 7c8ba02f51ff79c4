"""What went wrong while a plugin file was imported -> one sentence with file, line and what to do."""

from __future__ import annotations

import importlib
import os
import traceback

from plugins.rules import ENTRY, WrongPlugin

IMPORTING = (os.path.dirname(__file__), os.path.dirname(importlib.__file__))
AT_IMPORT = "a plugin file only defines its class; what it does belongs into a hook"


def mishap(error: BaseException, source: str) -> WrongPlugin:
    """The error of an import as a sentence. source: the plugin file, or "entry:NAME"."""
    file, line = place(error, source)
    code, message, example = _said(error)
    if not source.startswith(ENTRY) and os.path.basename(file) != os.path.basename(source):
        message = f"{message} (imported by {os.path.basename(source)})"
    return WrongPlugin(message, code=code, file=file, line=line, example=example)


def place(error: BaseException, source: str) -> tuple[str, int | None]:
    """The last line of the plugin's folder that was at work; of a package, the last that is not the import system's."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno
    folder = os.path.dirname(source)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        where = os.path.dirname(frame.filename)
        if where == folder if folder else not where.startswith(IMPORTING) and where:
            return frame.filename, frame.lineno
    return source, None


def _said(error: BaseException) -> tuple[str, str, str]:
    """Code, sentence, example."""
    kind, text = type(error).__name__, str(error).strip()
    if isinstance(error, SyntaxError):
        return "syntax", f"{kind}: {error.msg}", _offending(error)
    if isinstance(error, SystemExit):
        return "exits", f"it calls sys.exit({error.code!r}) while it is imported: {AT_IMPORT}.", ""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return "import", *_missing(error.name)
    if isinstance(error, EOFError):
        return (
            "reads",
            f"it asks for input while it is imported, and there is nobody to answer: {AT_IMPORT}.",
            "",
        )
    return "raises", f"{kind}: {text}" if text else kind, ""


def _offending(error: SyntaxError) -> str:
    return f"look at: {error.text.strip()[:100]}" if error.text else ""


def _missing(module: str) -> tuple[str, str]:
    if module.split(".")[0] == "mxx":
        return (
            f"there is no module {module}: of the prototype's there are mxx.runner.core.plugin and mxx.runner.core.",
            "from mxx.runner.core.plugin import MxxPlugin, hook",
        )
    top = module.split(".")[0]
    return (
        f"there is no module {module}: install it where MXX runs, or put {top}.py as _{top}.py beside the plugin.",
        f"python -m pip install {top}",
    )
