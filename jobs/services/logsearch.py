"""Search in logs: a bounded head and tail of each run's log, read behind the runs and found by whole words.

A word is a run of letters and digits; of Chinese and Japanese each character is one, so that any piece is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db import DatabaseError, transaction

from jobs.models import LogText, LogUnread, Run
from jobs.services.watching import run_dir
from plugins.exceptions import BadInput, Problem
from plugins.output import segments
from plugins.output.text import viewed

HEAD, TAIL = 2 * 1024, 6 * 1024
"""Bytes of a log that can be found; nothing in between. A million runs of 100 words take some 2 GB."""
AT_ONCE, MOST_BYTES = 200, 512 * 1024
"""Runs, and bytes of text, in one transaction: it must not hold the database for long."""
MOST_PHRASES, MOST_WORDS = 10, 40
CHUNK = 900
AROUND = 70

CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
EACH_CJK, SPACED_CJK = re.compile(f"([{CJK}])"), re.compile(f" ([{CJK}]) ")
PHRASE, WORD = re.compile(r'"([^"]*)"?|([^\s"]+)'), re.compile(r"[^\W_]+")
Phrases = list[tuple[list[str], bool]]


def spaced(text: str) -> str:
    return EACH_CJK.sub(r" \1 ", text)


def unspaced(text: str) -> str:
    return SPACED_CJK.sub(r"\1", text)


# ---- reading


def read_logs(mine: str) -> bool:
    """The logs of some runs that ended on this machine. mine: how its runs' owners begin. True: there are probably more.

    Of a few that ended meanwhile the next turn reads more at once: to read them one by one costs a storm three times as much.
    """
    unread = LogUnread.objects.filter(run__owner__startswith=mine).select_related("run").defer("run__receipt")
    found: dict[int, str] = {}
    rows = list(unread.order_by("-run_id")[:AT_ONCE])
    for row in rows:
        found[row.run_id] = _text_of(row.run)
        if sum(map(len, found.values())) > MOST_BYTES:
            break
    if found:
        _keep(found)
    return len(found) < len(rows) or len(rows) == AT_ONCE


def _keep(found: dict[int, str]) -> None:
    with transaction.atomic():
        there = Run.objects.select_for_update(no_key=True).filter(pk__in=found)  # none is pruned meanwhile
        texts = [LogText(run_id=pk, text=found[pk]) for pk in there.values_list("pk", flat=True) if found[pk]]
        LogText.objects.filter(run__in=found).delete()
        LogText.objects.bulk_create(texts)
        LogUnread.objects.filter(run__in=found).delete()


def _text_of(run: Run) -> str:
    """Why it ended, and its log: what secrets it held were masked before they came to disk."""
    folder = run_dir(run).log
    end = segments.end(folder)
    parts = [(0, HEAD), (max(HEAD, end - TAIL), TAIL)] if end > HEAD else [(0, HEAD)]
    texts = [viewed(segments.read(folder, *part), final=True)[0] for part in parts]
    text = "\n".join([run.reason, *texts]).replace("\0", "").strip()
    return spaced(text.encode("utf-8", "replace").decode())


# ---- finding


def phrases_of(query: str) -> Phrases:
    """`out of memory` three words in any place, `"out of memory"` in this order, `mem*` a beginning. Raises BadInput."""
    found: Phrases = []
    for quoted, plain in PHRASE.findall(query):
        words = WORD.findall(spaced(quoted or plain))
        if words:
            found.append((words, plain.endswith("*")))
    if not found or len(found) > MOST_PHRASES or sum(len(words) for words, _ in found) > MOST_WORDS:
        message = f'is 1 to {MOST_PHRASES} words, or "words in this order", of letters and digits'
        raise BadInput(Problem("text", "form", message, "connection refused"))
    return found


def matching(phrases: Phrases, before: int, most: int) -> Iterator[list[int]]:
    """Runs whose logs have all that, newest first, in chunks; no more than `most`. Raises BadInput where nothing can be found."""
    while most > 0:
        try:
            chunk = list(LogText.objects.with_words(phrases, before, min(CHUNK, most)))
        except DatabaseError as error:
            if "no such table: jobs_logwords" not in str(error):
                raise
            message = "cannot be searched for: this SQLite was built without FTS5"
            raise BadInput(Problem("text", "unavailable", message, "")) from error
        if chunk:
            yield chunk
        if len(chunk) < min(CHUNK, most):
            return
        before, most = chunk[-1], most - len(chunk)


def excerpts(ids: Iterable[int], query: str) -> dict[int, tuple[str, str, str]]:
    """By run: what stands before, the first that was found, what stands behind; of its line."""
    words = [r"[\W_]*".join(map(re.escape, words)) for words, _ in phrases_of(query)]
    pattern = re.compile("|".join(words), re.IGNORECASE)
    texts = LogText.objects.filter(run__in=list(ids)).values_list("run_id", "text")
    return {pk: cut for pk, text in texts if (cut := _excerpt(unspaced(text), pattern))}


def _excerpt(text: str, pattern: re.Pattern[str]) -> tuple[str, str, str] | None:
    found = pattern.search(text)
    if found is None:
        return None
    before = text[: found.start()].rpartition("\n")[2][-AROUND:]
    behind = text[found.end() :].partition("\n")[0][:AROUND]
    return before, found.group(), behind
