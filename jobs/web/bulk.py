"""One thing done with several jobs, each for itself: what happened to each is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from jobs import services
from jobs.exceptions import Conflict, NotFound
from jobs.models import Job
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
    told = Told()
    for name in dict.fromkeys(names[:MOST]):
        try:
            job = services.find_job(name)
            act(job)
        except (BadInput, Conflict, NotFound) as error:
            told.refused.append((name, said(str(error))))
        else:
            told.done.append(job.name)
    if len(names) > MOST:
        told.refused.append((_("the others"), _("at most %(most)d jobs at once") % {"most": MOST}))
    return told


def tell(request: HttpRequest, told: Told, done: str) -> None:
    """done: the sentence with %(jobs)s."""
    if told.done:
        messages.success(request, done % {"jobs": _named(told.done)})
    for name, why in told.refused[:NAMED]:
        messages.warning(request, _("%(name)s: %(why)s") % {"name": name, "why": sentence(why)})
    if rest := told.refused[NAMED:]:
        messages.warning(request, _("%(n)d more were refused.") % {"n": len(rest)})
    if not told.done and not told.refused:
        messages.warning(request, _("No job was chosen."))


def _named(names: list[str]) -> str:
    if len(names) <= NAMED:
        return listed(names)
    return _("%(jobs)s and %(n)d more") % {"jobs": ", ".join(names[:NAMED]), "n": len(names) - NAMED}
