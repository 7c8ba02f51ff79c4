"""`[os]`: run a command."""

from __future__ import annotations

import os
import re
import shlex
from typing import Any

from plugins.base import Duration, Plugin
from plugins.context import Launch, RunContext
from plugins.exceptions import ProgramFailed
from plugins.exits import ended_how
from plugins.hooks import hook

SHELL_SIGN = re.compile(r"&&|\|\||[|;<>]")
CMD_BUILTIN = re.compile(
    "assoc|call|cd|chdir|cls|copy|date|del|dir|echo|erase|ftype|md|mkdir|mklink|move|path|popd|pushd"
    "|rd|rem|ren|rename|rmdir|set|start|time|title|type|ver|vol",
    re.IGNORECASE,
)
SHELL_WORDS = ("name the shell", 'stop = ["/bin/sh", "-c", "echo quit > fifo"]')


class OsCommand(Plugin):
    """Run a command, and fail the run when it ends with a non-zero code.

    ```toml
    [os]
    cmd = ["tar", "-czf", "backup.tar.gz", "/etc/hostname"]
    ```

    cmd: a list, or a string that is split by the platform's rules and never given to a shell.
    shell: give the string to the shell after all (pipes, `&&`, redirects).
    wait: hold the next actions until it ends; with false it is started and held like an app.
    check: a non-zero code fails the run at once.
    cwd: the folder to start it in (`~` is your home); by default the run's own.
    env: a table of variables for it, for example { LANG = "C.UTF-8" }.
    timeout: how long to wait for it at most.
    kill: exact name of a program to end when the run ends, beside what the run started itself.
    stop: a command that makes it end, run first when the run ends and it is still there; written as cmd is.
    detached: start it and leave it: it outlives the run, until you stop it on the run's page or its lifetime is over.
    lifetime: of a detached program: how long it may stay.
    claim: the whole path of a program that it hands over to, as an emulator's command line does: that becomes part of the run.
    claim_within: how long to wait for that program to appear.
    """

    name = "os"

    def __init__(
        self,
        cmd: str | list[str],
        wait: bool = True,
        check: bool = True,
        shell: bool = False,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        timeout: Duration | None = None,
        kill: str | None = None,
        stop: str | list[str] | None = None,
        detached: bool = False,
        lifetime: Duration | None = None,
        claim: str | None = None,
        claim_within: Duration = 30.0,
    ) -> None:
        self.cmd, self.wait, self.must_succeed, self.shell = cmd, wait, check, shell
        self.cwd, self.env, self.timeout, self.kill = cwd, env, timeout, kill
        self.stop = words(stop or [])
        self.detached, self.lifetime = detached, lifetime
        self.claim, self.claim_within = claim or "", claim_within

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        shell = options.get("shell", False)
        stop = options.get("stop")
        return [
            *_problems_of_leaving(options),
            *command_problems("cmd", options.get("cmd"), shell),
            *(command_problems("stop", stop) if stop is not None else []),
        ]

    @hook("action")
    def run_command(self, run: RunContext) -> None:
        if self.kill:
            run.kill_names.append(self.kill)
        launch = run.launch(
            self.cmd if self.shell else words(self.cmd),
            cwd=self.cwd,
            env=self.env,
            shell=self.shell,
            wait=self.wait,
            timeout=self.timeout,
            stop=self.stop,
            detached=self.detached,
            lifetime=self.lifetime,
            claim=self.claim,
            claim_within=self.claim_within,
        )
        if self.wait and not self.detached and self.must_succeed:
            require_success(launch)


def _problems_of_leaving(options: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Programs that leave the run, or hand over to one that was never in it."""
    claim, detached = options.get("claim"), options.get("detached")
    if options.get("lifetime") is not None and not detached:
        return [("lifetime", "is for a detached program; a run's own have [lifetime]", "detached = true")]
    if claim and detached:
        return [
            (
                "claim",
                "does not go with detached: what a detached program starts is its own",
                "no line at all",
            )
        ]
    if isinstance(claim, str) and not os.path.isabs(claim) and "$" not in claim:
        return [("claim", "must be the whole path of a program's file", 'claim = "/opt/emulator/player"')]
    return []


def require_success(launch: Launch) -> None:
    """Raise ProgramFailed with the code and what it means."""
    if launch.exit_code:
        raise ProgramFailed(f"{launch.name} {ended_how(launch.exit_code)}", launch.exit_code)


def words(command: str | list[str]) -> list[str]:
    """A command as an option gives it, in words."""
    return split(command) if isinstance(command, str) else command


def split(command: str) -> list[str]:
    """A command line into words, by the platform's rules."""
    if os.name == "nt":
        return [word.strip('"') for word in shlex.split(command, posix=False)]
    return shlex.split(command)


def command_problems(option: str, command: object, shell: bool = False) -> list[tuple[str, str, str]]:
    """For a plugin's `check`: what is wrong with a command, a list of words or one text."""
    if isinstance(command, list):
        return _problems_of_list(option, command, shell)
    return _problems_of_string(option, command, shell) if isinstance(command, str) else []


def _problems_of_list(option: str, words: list[Any], shell: bool) -> list[tuple[str, str, str]]:
    example = f'{option} = ["echo", "hello"]'
    if not words or not str(words[0]).strip():
        return [(option, "is empty: there is nothing to run", example)]
    if shell:
        return [("shell", f"wants one string, and {option} is a list", f'{option} = "echo hello | sort"')]
    if any("\0" in str(word) for word in words):
        return [(option, "holds a NUL character", example)]
    return []


def _problems_of_string(option: str, text: str, shell: bool) -> list[tuple[str, str, str]]:
    if not text.strip():
        return [(option, "is empty: there is nothing to run", f'{option} = "echo hello"')]
    if "\0" in text:
        return [(option, "holds a NUL character", f'{option} = "echo hello"')]
    if shell:
        return []
    try:
        words = split(text)
    except ValueError as error:
        message = f"cannot be split into words: {str(error).lower()}"
        return [(option, message, f"{option} = \"echo 'two words'\"")]
    mend, example = ("add `shell = true`", "shell = true") if option == "cmd" else SHELL_WORDS
    if sign := _shell_sign(text):
        return [(option, f"uses the shell's `{sign}`, but no shell is asked for: {mend}", example)]
    if os.name == "nt" and CMD_BUILTIN.fullmatch(words[0]):
        return [(option, f"{words[0]!r} is built into cmd.exe: {mend}", example)]
    return []


def _shell_sign(command: str) -> str:
    """The first shell operator that stands outside quotes; "" when there is none."""
    bare = re.sub(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\.", lambda quoted: " " * len(quoted[0]), command)
    found = SHELL_SIGN.search(bare)
    return found[0] if found else ""
