"""Where the server is, and with which token one may speak to it. No token ever stands in argv."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from client import servers
from client.failures import Unusable

DEFAULT = "127.0.0.1:8765"
EXAMPLE = "http://127.0.0.1:8765"
TOKEN = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True)
class Token:
    """text: the secret; source: where it was found, for messages."""

    text: str
    source: str


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """MXX_HOME, like the server's. Raises Unusable when it is no absolute path."""
    path = Path(environ.get("MXX_HOME", "").strip() or Path.home() / ".mxx").expanduser()
    if not path.is_absolute():
        raise Unusable(f"MXX_HOME={str(path)!r} is not allowed: an absolute path, for example /home/me/.mxx")
    return path


def server(given: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """The server's address without a slash at its end: of --server (an address, or a name of cli.toml), else
    MXX_SERVER_HOST and MXX_SERVER_PORT, else MXX_BIND, else cli.toml's default, else this machine's. Raises Unusable."""
    known = servers.load(home(environ))
    if given is not None:
        named = known.by_name.get(given)
        return _checked(f"url of {servers.FILE}", named.url) if named else _checked("--server", given)
    host, port = (environ.get(f"MXX_SERVER_{part}", "").strip() for part in ("HOST", "PORT"))
    if host or port:
        default_host, _, default_port = DEFAULT.rpartition(":")
        name = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return _checked(
            "MXX_SERVER_HOST and MXX_SERVER_PORT", f"{name or default_host}:{port or default_port}"
        )
    if bind := environ.get("MXX_BIND", "").strip():
        return _checked("MXX_BIND", re.sub(r"^(0\.0\.0\.0|\[::\])(?=:)", "localhost", bind))
    if known.default:
        return _checked(f"url of {servers.FILE}", known.by_name[known.default].url)
    return _checked("the default", DEFAULT)


def _checked(source: str, text: str) -> str:
    url = text.strip() if "://" in text else f"http://{text.strip()}"
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        good = False
    if not good or re.search(r"[\s\\]", url) or parts.query or parts.fragment:
        raise Unusable(f"{source}: {text!r} is no address of a server, for example {EXAMPLE}")
    if parts.username is not None or parts.password is not None:
        raise Unusable(f"{source}: no name or password in the address; use --token-file or MXX_TOKEN")
    return url.rstrip("/")


def is_local(address: str) -> bool:
    """True for this machine's loopback only."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def token(address: str, file: Path | None, environ: Mapping[str, str] = os.environ) -> Token | None:
    """Of --token-file, else MXX_TOKEN, else of a log-in at this address (cli.toml), else MXX_HOME/cli-token, which is
    for this machine's server only.

    None when there is none. Raises Unusable when what was named holds none.
    """
    if file is not None:
        return _read(file)
    if text := environ.get("MXX_TOKEN", "").strip():
        return parsed_token(text, "MXX_TOKEN")
    at_home = home(environ)
    if logged_in := servers.load(at_home).at(address):
        return parsed_token(logged_in.token, f"{at_home / servers.FILE} ({logged_in.name})")
    path = at_home / "cli-token"
    return _read(path) if is_local(address) and path.exists() else None


def _read(path: Path) -> Token:
    try:
        text = path.read_text("utf-8").strip()
    except OSError as error:
        raise Unusable(f"the token file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        text = ""
    return parsed_token(text, str(path))


def parsed_token(text: str, source: str) -> Token:
    """Raises Unusable for what cannot be one."""
    if not TOKEN.fullmatch(text):
        raise Unusable(f"{source} does not hold a token: one line that begins with mxx_")
    return Token(text, source)


def how_to_get_a_token(address: str) -> str:
    if is_local(address):
        return (
            f"no token: {home() / 'cli-token'} is not there; start the server with the same MXX_HOME (make up), "
            "or log in (mxx-cli login), or use --token-file FILE or MXX_TOKEN"
        )
    return f"no token: log in first (mxx-cli --server {address} login), or use --token-file FILE or MXX_TOKEN"
