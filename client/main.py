"""The program: global options, one failure = clear lines on stderr and an exit code."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import click

from client import screen, whereabouts
from client.api import Api
from client.commands import (
    applications,
    entrance,
    health,
    jobs,
    plugins,
    registry,
    revisions,
    runs,
    secrets,
    times,
)
from client.failures import INTERRUPTED, UNUSABLE, Failure

BEFORE_THE_COMMAND = ("--json", "--server", "--token-file")


class Session:
    """What the options before the command said. json: write JSON instead of tables."""

    def __init__(self, server: str | None, json: bool, token_file: Path | None) -> None:
        self._server, self._token_file = server, token_file
        self.json = json or not sys.stdout.isatty()

    @cached_property
    def address(self) -> str:
        return whereabouts.server(self._server)

    @cached_property
    def api(self) -> Api:
        return Api(self.address, whereabouts.token(self.address, self._token_file))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--server", metavar="URL", help="Where MXX is; else MXX_SERVER_HOST and MXX_SERVER_PORT.")
@click.option("--json", is_flag=True, help="Write JSON; so does a command that is piped.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    help="A file with a token; else MXX_TOKEN, else the local owner's own.",
)
@click.pass_context
def cli(context: click.Context, server: str | None, json: bool, token_file: Path | None) -> None:
    """Talk to MXX: see jobs and runs, start and stop them, make plugins.

    Exit code: 0 done, 1 the server refused, 2 wrong usage, no server or no good token.
    """
    context.obj = Session(server, json, token_file)


for command in (
    *health.COMMANDS,
    *jobs.COMMANDS,
    *registry.COMMANDS,
    *revisions.COMMANDS,
    *times.COMMANDS,
    *runs.COMMANDS,
    *plugins.COMMANDS,
    *entrance.COMMANDS,
    *secrets.COMMANDS,
    *applications.COMMANDS,
):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> NoReturn:
    try:
        code = cli.main(arguments, prog_name="mxx-cli", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = UNUSABLE
    except click.UsageError as error:
        screen.warn(_usage(error))
        code = UNUSABLE
    except click.Abort:
        code = INTERRUPTED
    except Failure as failure:
        for line in failure.lines:
            screen.warn(line)
        code = failure.exit_code
    sys.exit(code)


def _usage(error: click.UsageError) -> str:
    """One line; click's own has three."""
    path = error.ctx.command_path if error.ctx else "mxx-cli"
    message = error.format_message().rstrip(".")
    name = getattr(error, "option_name", "")
    if isinstance(error, click.NoSuchOption) and name in BEFORE_THE_COMMAND:
        rest = path.removeprefix("mxx-cli ")
        return f"{name} stands before the command: mxx-cli {name} {rest}"
    return f"{message} ({path} --help tells more)"
