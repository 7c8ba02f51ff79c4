"""LogText: what can be found of a run's log; LogUnread: runs that ended and whose log nobody has read for that yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import DatabaseError, connection, models, transaction

from jobs.models.writing import add_rows

MARKS = "!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~"
"""ASCII marks, as a literal of SQL: PostgreSQL would take a/b for a path and a.b for a host, each one word."""
SQLITE = (
    """CREATE VIRTUAL TABLE jobs_logwords USING fts5(
        text, content='jobs_logtext', content_rowid='run_id', tokenize='unicode61 remove_diacritics 0')""",
    """CREATE TRIGGER logwords_added AFTER INSERT ON jobs_logtext
        BEGIN INSERT INTO jobs_logwords(rowid, text) VALUES (new.run_id, new.text); END""",
    """CREATE TRIGGER logwords_removed AFTER DELETE ON jobs_logtext
        BEGIN INSERT INTO jobs_logwords(jobs_logwords, rowid, text) VALUES ('delete', old.run_id, old.text); END""",
)
POSTGRESQL = (
    f"""ALTER TABLE jobs_logtext ADD COLUMN words tsvector GENERATED ALWAYS AS
        (to_tsvector('simple', translate(text, '{MARKS}', '{" " * (len(MARKS) - 1)}'))) STORED""",
    "CREATE INDEX log_words ON jobs_logtext USING gin (words)",
)


def add_words(apps: Any, editor: Any) -> None:
    """For RunPython. Without FTS5 in SQLite everything but the search works."""
    if editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            editor.execute(statement, None)
        return
    try:
        with transaction.atomic(using=editor.connection.alias):
            editor.execute(SQLITE[0])
    except DatabaseError as error:
        if "fts5" not in str(error):
            raise
        return
    for statement in SQLITE[1:]:
        editor.execute(statement, None)


def queue_ended(apps: Any, editor: Any) -> None:
    """For RunPython: runs that ended before there was a search are read behind the others."""
    editor.execute(
        "INSERT INTO jobs_logunread (run_id) SELECT id FROM jobs_run"
        " WHERE started_at IS NOT NULL AND finished_at IS NOT NULL"
    )


class LogUnreadQuerySet(models.QuerySet["LogUnread"]):
    def add(self, ids: Iterable[int]) -> None:
        """In the transaction of their end: some 5 microseconds a run."""
        add_rows(LogUnread(), [{"run": pk} for pk in ids])


class LogUnread(models.Model):
    run = models.OneToOneField("jobs.Run", on_delete=models.CASCADE, primary_key=True, related_name="+")

    objects = LogUnreadQuerySet.as_manager()

    def __str__(self) -> str:
        return f"log of run {self.run_id}, unread"


class LogTextQuerySet(models.QuerySet["LogText"]):
    def with_words(self, phrases: list[tuple[list[str], bool]], before: int, most: int) -> Iterator[int]:
        """Runs before this id whose log has each phrase, newest first. phrases: words of letters and digits alone that
        follow each other, and whether the last is only a beginning."""
        sql, wanted = _POSTGRESQL, " & ".join(_of_postgresql(*phrase) for phrase in phrases)
        if connection.vendor == "sqlite":
            sql, wanted = _SQLITE, " AND ".join(_of_sqlite(*phrase) for phrase in phrases)
        with connection.cursor() as cursor:
            cursor.execute(sql, [wanted, before, most])
            yield from (pk for (pk,) in cursor.fetchall())


_SQLITE = (
    "SELECT rowid FROM jobs_logwords WHERE jobs_logwords MATCH %s AND rowid < %s ORDER BY rowid DESC LIMIT %s"
)
_POSTGRESQL = (
    "SELECT run_id FROM jobs_logtext WHERE words @@ to_tsquery('simple', %s) AND run_id < %s"
    " ORDER BY run_id DESC LIMIT %s"
)


def _of_sqlite(words: list[str], is_beginning: bool) -> str:
    return f'"{" ".join(words)}"' + " *" * is_beginning


def _of_postgresql(words: list[str], is_beginning: bool) -> str:
    return "(" + " <-> ".join(f"'{word}'" for word in words) + ":*" * is_beginning + ")"


class LogText(models.Model):
    """text: bounded, masked as on disk, Chinese and Japanese with a space between the characters."""

    run = models.OneToOneField("jobs.Run", on_delete=models.CASCADE, primary_key=True, related_name="+")
    text = models.TextField()

    objects = LogTextQuerySet.as_manager()

    def __str__(self) -> str:
        return f"text of run {self.run_id}"
