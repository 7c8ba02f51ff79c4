"""The editor of a job: the form and the text of one state, with what is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from jobs import services
from jobs.timing.speech import spoken
from jobs.web.changes import Change, difference
from jobs.web.form.edits import Edited, edited, saves, with_typed
from jobs.web.form.whole import Form, form_of
from jobs.web.pages.moments import Time, times
from jobs.web.rhythm import rhythm
from jobs.web.viewer import Viewer
from plugins.exceptions import BadInput, Problem


@dataclass(frozen=True)
class Planned:
    """One schedule of a text that is not saved."""

    text: str
    times: list[Time]
    notes: list[str]


@dataclass(frozen=True)
class Step:
    """What a run calls: the plugin's section and why, in words of the hook's name."""

    point: str
    plugin: str
    method: str


@dataclass(frozen=True)
class Rehearsal:
    """What the text would do: nothing is run."""

    problems: list[Problem] = field(default_factory=list)
    plans: list[Planned] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class Meeting:
    """Somebody saved another revision meanwhile: theirs, and what saving mine would change in it."""

    number: int
    author: str
    theirs: str
    changes: list[Change]


MOST_NUMBERED = 5000
"""Lines that have their number beside them. A text of 256 KiB may be empty lines only."""


@dataclass(frozen=True)
class Editor:
    """The text as it stands in the textarea: the saved one, or what was submitted and refused.

    base: the text that the form shows. lines: (number, wrong).
    """

    text: str
    base: str
    lines: list[tuple[int, bool]]
    form: Form
    problems: list[Problem] = field(default_factory=list)
    revision: int = 0
    rehearsal: Rehearsal | None = None
    meeting: Meeting | None = None
    changed: bool = False
    """It is not what is saved."""


def editor_of(
    text: str, viewer: Viewer, *, problems: list[Problem] | None = None, revision: int = 0, job: str = ""
) -> Editor:
    """job: the name of the one whose text it is; "" for a new one's."""
    return _editor(Edited(text, text), viewer, problems or [], revision, job)


def _editor(state: Edited, viewer: Viewer, problems: list[Problem], revision: int, job: str) -> Editor:
    wrong = {problem.line for problem in problems}
    count = max(state.text.count("\n") + (not state.text.endswith("\n")), 12)
    form = form_of(state.base, viewer, problems, services.saved_schedules(job))
    form = replace(with_typed(form, state.typed), focus=state.focus)
    lines = [(number, number in wrong) for number in range(1, min(count, MOST_NUMBERED) + 1)]
    return Editor(state.text, state.base, lines, form, problems, revision)


@dataclass(frozen=True)
class Posted:
    """What somebody sent from the editor: the text with the form written into it, and every problem of it.

    draft: None as long as there are problems. saves: Save was pressed, and no button of the form.
    """

    editor: Editor
    draft: services.Draft | None
    saves: bool


def posted_editor(posted: Mapping[str, str], viewer: Viewer) -> Posted:
    state = edited(posted, viewer)
    draft, problems = None, list(state.problems)
    try:
        draft = services.read_draft(text=state.text)
    except BadInput as error:
        problems += error.problems
    number = posted.get("revision", "")
    revision = int(number) if number.isascii() and number.isdigit() else 0
    editor = _editor(state, viewer, problems, revision, posted.get("job", ""))
    return Posted(editor, None if problems else draft, saves(posted))


def pressed_editor(posted: Mapping[str, str], viewer: Viewer) -> Editor:
    """After a button of the form, on a page without script."""
    editor = posted_editor(posted, viewer).editor
    asked = posted.get("do") == "dry-run"
    rehearsal = rehearsal_of(editor.text, viewer, posted.get("job", "")) if asked else None
    return replace(editor, changed=True, rehearsal=rehearsal)


def rehearsal_of(text: str, viewer: Viewer, job: str = "") -> Rehearsal:
    """job: as in editor_of."""
    try:
        with spoken(_):
            draft = services.read_draft(text=text)
            previews = services.preview_draft(draft, saved=services.saved_schedules(job))
    except BadInput as error:
        return Rehearsal(error.problems)
    plans = [_planned(one, viewer) for one in previews]
    steps = [Step(_said(row["point"]), row["plugin"], row["method"]) for row in services.explain_draft(draft)]
    return Rehearsal([], plans, steps)


def _planned(one: services.Preview, viewer: Viewer) -> Planned:
    text = rhythm(one.timing, viewer.zone.key)
    return Planned(text, times(one.moments, viewer, one.timing.timezone), one.notes)


def meeting_of(theirs: str, mine: str, *, number: int, author: str) -> Meeting:
    return Meeting(number, author, theirs, difference(theirs, mine))


def _said(point: str) -> str:
    words = {
        "all_cond": _("runs only if"),
        "any_cond": _("runs if one of these"),
        "pre_action": _("first"),
        "action": _("then"),
        "on_true": _("holds while"),
        "on_false": _("holds until"),
        "post_action": _("at the end"),
        "on_error": _("if something fails"),
    }
    return words.get(point, point)
