"""Gather every sentence of the pages into locale/*/LC_MESSAGES/django.po: `make messages`.

What is translated stays, what is new comes with an empty translation, what is gone goes. Needs no GNU gettext: the
templates are read by Django's own reader, Python by its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

from jobs.web.prose import blocks
from jobs.web.shapes import CONTEXT, SHAPES
from plugins import registry
from plugins.builtin import BUILTIN_MODULES
from plugins.prose import prose

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "jobs/admin",
    "jobs/adminsite.py",
    "jobs/frontdoor",
    "jobs/models",
    "jobs/services",
    "jobs/timing",
    "jobs/web",
)
CATALOGUES = "locale/*/LC_MESSAGES/django.po"
SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop", "say", "noted"}
PLURAL = {"ngettext", "ngettext_lazy"}
WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
# What Django makes of a template: ` ngettext('%(n)s run', '%(n)s runs', count) ` amid X's.
CALL = re.compile(
    r"""\b(n?p?gettext|_)\((u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:, ?u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Message:
    """One entry of a catalogue, and the file that says it."""

    text: str
    plural: str
    context: str
    file: str


def messages() -> Iterator[Message]:
    """Every sentence of the tree, file by file, in the order of its files; then the shapes."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")) or [ROOT / room]:
            yield from _of_python(path.read_text(encoding="utf-8"), _name(path))
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from _of_template(path.read_text(encoding="utf-8"), _name(path))

    yield from _of_plugins()
    for shape in SHAPES:
        yield Message(shape, "", CONTEXT, "jobs/web/shapes.py")


def _of_plugins() -> Iterator[Message]:
    """What the built-in plugins say of themselves, paragraph by paragraph."""
    for plugin in sorted(registry.catalog().values(), key=lambda plugin: plugin.name):
        for text in (prose(plugin), *(option.doc for option in plugin.options)):
            for block in blocks(text):
                for line in block.lines:
                    told = "".join(f"`{part.text}`" if part.is_code else part.text for part in line)
                    yield Message(told, "", "plugin", f"plugins/builtin/{BUILTIN_MODULES[plugin.name]}.py")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _of_python(source: str, file: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            texts = [
                one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if texts and (found := _message(called, texts, file)):
                yield found


def _of_template(source: str, file: str) -> Iterator[Message]:
    for found in CALL.finditer(templatize(source, origin=file)):
        texts = ast.literal_eval(f"[{found[2]}]")
        if message := _message(found[1], texts, file):
            yield message


def _message(called: str, texts: list[str], file: str) -> Message | None:
    if called in SINGULAR:
        return Message(texts[0], "", "", file)
    if called in PLURAL:
        return Message(texts[0], texts[1], "", file)
    if called in WITH_CONTEXT and len(texts) > 1:
        return Message(texts[1], texts[2] if called.startswith("n") else "", texts[0], file)
    return None


def gather(catalogue: Path) -> polib.POFile:
    """The catalogue with the messages of the tree, not yet written."""
    old = polib.pofile(str(catalogue))
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in old}
    new = polib.POFile(wrapwidth=110)
    new.metadata = old.metadata
    entries: dict[tuple[str, str], polib.POEntry] = {}
    for message in messages():
        key = (message.context, message.text)
        entry = entries.setdefault(key, _entry(message, known.get(key)))
        if (message.file, "") not in entry.occurrences:
            entry.occurrences.append((message.file, ""))
        if message.plural and not entry.msgid_plural:
            raise SystemExit(f"{message.file}: {message.text!r} is said elsewhere without its plural")
    new.extend(entries.values())
    return new


def _entry(message: Message, known: polib.POEntry | None) -> polib.POEntry:
    return polib.POEntry(
        msgid=message.text,
        msgid_plural=message.plural,
        msgctxt=message.context or None,
        msgstr=known.msgstr if known and not message.plural else "",
        msgstr_plural=(known.msgstr_plural if known else {}) or {0: ""} if message.plural else {},
        flags=["python-format"] if "%(" in message.text else [],
    )


def main() -> None:
    settings.configure(USE_I18N=False)  # as it was written, by whomever it was started
    for path in sorted(ROOT.glob(CATALOGUES)):
        catalogue = gather(path)
        catalogue.save(str(path))
        missing = len(catalogue.untranslated_entries())
        print(f"{_name(path)}: {len(catalogue)} messages, {missing} not translated yet")


if __name__ == "__main__":
    main()
