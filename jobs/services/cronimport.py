"""Jobs out of a crontab, one a line."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field

from jobs.services.audit import record
from jobs.services.crontab import Line, config_of, lines_of, name_for
from jobs.services.folder import rehearsed
from jobs.services.saving import already_saved, read_draft, save_job
from plugins import jobfile
from plugins.exceptions import BadInput, MxxError, Problem


@dataclass
class ImportedCron:
    """(name, when: in words) of the jobs; (line, why) for the refused."""

    created: list[tuple[str, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """There already, with the same text."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Variables that mean something to cron only."""


def import_cron(
    text: str, *, system: bool = False, enable: bool = False, dry_run: bool = False
) -> ImportedCron:
    """Create a job for each line. system: lines name a user, and only our own can be taken. enable: not paused."""
    done, taken = ImportedCron(), set[str]()
    if len(text) > jobfile.MAX_BYTES:
        raise BadInput(Problem("FILE", "too_large", "larger than 256 KiB, not read", "/etc/crontab"))
    with rehearsed(dry_run):
        for line in lines_of(text, system=system):
            if isinstance(line, Line):
                _import(line, done, taken, enable)
            else:
                done.refused.append((f"line {line[0]}", line[1]))
        record("import.cron", "", created=[name for name, _ in done.created], refused=len(done.refused))
    return done


def _import(line: Line, done: ImportedCron, taken: set[str], enable: bool) -> None:
    name = name_for(line, taken)
    done.ignored += [
        key for key in ("MAILTO", "RANDOM_DELAY") if key in line.variables and key not in done.ignored
    ]
    try:
        if line.user and line.user != getpass.getuser():
            raise MxxError(
                f"runs as {line.user}: MXX runs everything as {getpass.getuser()}; import it as that user, or without"
            )
        draft = read_draft(config=config_of(line))
        there = already_saved(name, draft)
        if there is not None:
            done.kept.append(there.name)
            return
        save_job(name=name, draft=draft, source="cli", enabled=enable)
        done.created.append((name, draft.timings[0].text))
    except BadInput as error:
        done.refused += [(f"line {line.number}", str(problem)) for problem in error.problems]
    except MxxError as error:
        done.refused.append((f"line {line.number}", str(error)))
