"""One thing done with several jobs, each for itself: what happened to each is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from jobs import services
from jobs.exceptions import Conflict, NotFound
from jobs.models import Job, Run
from jobs.web.sentences import said
from jobs.web.words import listed, sentence
from plugins.exceptions import BadInput

MOST = 200
NAMED = 20
"""So many names stand in one sentence; then it counts."""


@dataclass
class Told:
    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def each(names: list[str], act: Callable[[Job], object]) -> Told:
    """The one does not stop the other."""

    def one(name: str) -> str:
        job = services.find_job(name)
        act(job)
        return job.name

    return _each(names, one, _("at most %(most)d jobs at once"))


def each_run(ids: list[str], act: Callable[[Run], object]) -> Told:
    def one(pk: str) -> str:
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
            raise NotFound(f"there is no run {pk[:30]}")
        run = services.find_run(int(pk))
        act(run)
        return f"{pk} ({run.job_name})"

    return _each(ids, one, _("at most %(most)d runs at once"))


def _each(keys: list[str], act: Callable[[str], str], limit: str) -> Told:
    """act: does it and gives the name; limit: the sentence with %(most)d."""
    told = Told()
    for key in dict.fromkeys(keys[:MOST]):
        try:
            told.done.append(act(key))
        except (BadInput, Conflict, NotFound) as error:
            told.refused.append((key, said(str(error))))
    if len(keys) > MOST:
        told.refused.append((_("the others"), limit % {"most": MOST}))
    return told


def tell(request: HttpRequest, told: Told, done: str, nothing: str = "") -> None:
    """done: the sentence with %(jobs)s; nothing: what is said when none was chosen."""
    if told.done:
        messages.success(request, done % {"jobs": _named(told.done)})
    for name, why in told.refused[:NAMED]:
        messages.warning(request, _("%(name)s: %(why)s") % {"name": name, "why": sentence(why)})
    if rest := told.refused[NAMED:]:
        messages.warning(request, _("%(n)d more were refused.") % {"n": len(rest)})
    if not told.done and not told.refused:
        messages.warning(request, nothing or _("No job was chosen."))


def _named(names: list[str]) -> str:
    if len(names) <= NAMED:
        return listed(names)
    return _("%(jobs)s and %(n)d more") % {"jobs": ", ".join(names[:NAMED]), "n": len(names) - NAMED}
