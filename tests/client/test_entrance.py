"""login, logout and token: who one is, where that is kept, and what is said when it is not good."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyotp
import pytest

from tests.chaos.mxx import free_port
from tests.client.kit import ROOT, Cli, run

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def admin(cli: Cli) -> str:
    """The first administrator, made through the link that `up` prints."""
    link = re.search(r"http://\S+/setup/\S+", cli.mxx.log.read_text())
    assert link
    with httpx.Client(trust_env=False, headers={"Referer": link[0]}) as http:
        http.get(link[0])
        form = {"username": "alice", "password": PASSWORD, "csrfmiddlewaretoken": http.cookies["csrftoken"]}
        assert http.post(link[0], data=form).status_code == 302
    return "alice"


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """A home without the owner's token, as on another machine."""
    return tmp_path / "away"


def here(cli: Cli) -> list[str]:
    return ["--server", f"http://127.0.0.1:{cli.mxx.port}"]


def test_a_password_becomes_a_token_that_nobody_else_may_read(cli: Cli, away: Path, admin: str) -> None:
    words = ["login", "--scope", "read", "--name", "work", "--default"]
    dialogue = {"User (empty: paste a token):": admin, "Password: ": PASSWORD}
    ran = cli.typed(dialogue, *here(cli), *words, home=away)
    assert ran.code == 0, ran.err
    assert stat.S_IMODE((away / "cli.toml").stat().st_mode) == 0o600
    assert run(away, "list").code == 0
    assert run(away, "--server", "work", "trigger", "nobody").said[0] == 1
    assert PASSWORD not in (away / "cli.toml").read_text() + ran.out + ran.err


def test_a_wrong_password_is_one_line_and_nothing_is_kept(cli: Cli, away: Path, admin: str) -> None:
    dialogue = {"User (empty: paste a token):": admin, "Password: ": "wrong"}
    ran = cli.typed(dialogue, *here(cli), "login", home=away)
    assert (ran.code, "do not belong together" in ran.err) == (1, True)
    assert not (away / "cli.toml").exists()


def enrolled(cli: Cli, user: str) -> pyotp.TOTP:
    """Puts a second factor to an account, by its page, with a code of half a minute ago."""
    address = here(cli)[1]
    with httpx.Client(trust_env=False, base_url=address, headers={"Referer": f"{address}/"}) as http:

        def posted(path: str, **form: str) -> httpx.Response:
            http.get("/login/")
            return http.post(path, data={"csrfmiddlewaretoken": http.cookies["csrftoken"], **form})

        posted("/login/", username=user, password=PASSWORD)
        page = http.get("/settings/second-factor/").text
        codes = pyotp.TOTP(re.findall(r"secret=([A-Z2-7]+)", page)[0])
        code = codes.at(datetime.now(UTC), counter_offset=-1)
        assert "Recovery codes" in posted("/settings/second-factor/", code=code, password=PASSWORD).text
        return codes


def test_who_has_a_second_factor_is_asked_for_its_code(cli: Cli, away: Path, admin: str) -> None:
    codes = enrolled(cli, admin)
    asked = "Code of your app, or a recovery code: "
    dialogue = {"User (empty: paste a token):": admin, "Password: ": PASSWORD}
    wrong = cli.typed({**dialogue, asked: "1"}, *here(cli), "login", home=away)
    assert (wrong.code, "is not the code" in wrong.err) == (1, True)
    right = cli.typed({**dialogue, asked: codes.now()}, *here(cli), "login", "--scope", "read", home=away)
    assert right.code == 0, right.err
    subprocess.run(
        [sys.executable, "manage.py", "resetfactor", admin], env=cli.mxx.environment, check=True, cwd=ROOT
    )


def test_a_piped_token_is_kept_and_forgotten(cli: Cli, away: Path) -> None:
    assert run(away, *here(cli), "login", "--name", "lab", stdin=cli.mxx.token).code == 0
    assert run(away, "--server", "lab", "list").code == 0
    assert run(away, "logout", "lab").code == 0
    assert "mxx_" not in (away / "cli.toml").read_text()
    assert run(away, "logout", "lab").said[0] == 2


def test_a_wrong_token_is_not_kept(cli: Cli, away: Path) -> None:
    code, err = run(away, *here(cli), "login", stdin="mxx_wrong\n").said
    assert (code, "does not accept the token" in err) == (2, True)
    assert not (away / "cli.toml").exists()


def test_a_token_is_made_listed_and_revoked(cli: Cli) -> None:
    made = cli("token", "new", "for a script", "--scope", "read", "--days", "3").json
    assert cli("list", MXX_TOKEN=made["token"]).code == 0
    assert made["key"] in [one["key"] for one in cli("token", "list").json["results"]]
    assert made["token"] not in cli("token", "list").out
    cli("token", "revoke", made["key"])
    assert cli("list", MXX_TOKEN=made["token"]).said[0] == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[servers.work]\nurl = "https://mxx.exam', "is no TOML file"),
        ('[servers.work]\ntoken = "mxx_1"\n', "servers.work.url is missing"),
        ('[servers.work]\nurl = "https://x"\ntokn = "mxx_1"\n', "servers.work.tokn is not known here"),
        ('default = "home"\n', "there is no [servers.home]"),
        ('servers = "x"\n', "servers must be tables"),
    ],
)
def test_a_half_written_config_is_one_line_and_code_2(away: Path, text: str, words: str) -> None:
    away.mkdir()
    (away / "cli.toml").write_text(text)
    (away / "cli.toml").chmod(0o600)
    code, err = run(away, "health").said
    assert (code, words in err, len(err.splitlines())) == (2, True, 1), err


def test_a_config_that_others_may_read_is_refused_with_the_remedy(away: Path) -> None:
    away.mkdir()
    (away / "cli.toml").write_text("")
    (away / "cli.toml").chmod(0o644)
    code, err = run(away, "health").said
    assert (code, f"chmod 600 {away}/cli.toml" in err) == (2, True)


def test_login_finds_out_that_no_server_is_there_before_it_asks(away: Path) -> None:
    code, err = run(away, "login", MXX_SERVER_PORT=str(free_port())).said
    assert (code, "no server at" in err) == (2, True)


def test_comments_in_the_config_survive_a_login(cli: Cli, away: Path) -> None:
    away.mkdir()
    (away / "cli.toml").write_text("# mine\n")
    (away / "cli.toml").chmod(0o600)
    run(away, *here(cli), "login", stdin=cli.mxx.token)
    assert "# mine" in (away / "cli.toml").read_text()
