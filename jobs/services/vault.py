"""The vault: secrets are sealed with a key that lies beside the database, in a file of its own, MXX_HOME/secrets.key.

AES-256-GCM; the secret's name is sealed in, so that no row can be put in another's place. The first line of the file is the
key for new secrets, the lines below it are older keys, kept until everything is sealed anew.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from jobs.services.privatefile import create_privately, write_privately
from plugins.exceptions import MxxError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE = "secrets.key"
KEY_BYTES, NONCE_BYTES = 32, 12


class Sealed(MxxError):
    """A secret cannot be opened."""


@dataclass(frozen=True)
class Vault:
    """keys: the newest first, at least one."""

    keys: list[bytes]

    def seal(self, name: str, value: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = _cipher(self.keys[0]).encrypt(nonce, value.encode(), name.encode())
        return f"{_id(self.keys[0])}:{urlsafe_b64encode(nonce + body).decode()}"

    def open(self, name: str, sealed: str) -> str:
        """Raises Sealed."""
        wanted, _, text = sealed.partition(":")
        key = next((key for key in self.keys if _id(key) == wanted), None)
        if key is None:
            raise Sealed(
                f"secret {name!r} was sealed with key {wanted!r}, which {path_of_keys()} does not hold: set it anew"
            )
        return _opened(key, name, urlsafe_b64decode(text)).decode()


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import (
        AESGCM,  # 6 MiB, in each process that meets a secret
    )

    return AESGCM(key)


def _opened(key: bytes, name: str, content: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(key).decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], name.encode())
    except InvalidTag:
        raise Sealed(f"secret {name!r} was changed in the database, not by MXX: set it anew") from None


def path_of_keys() -> Path:
    return Path(settings.MXX_HOME) / FILE


def vault() -> Vault:
    """With the keys of the file, which is made with the first secret. Raises Sealed for a file that holds none."""
    path = path_of_keys()
    if not path.exists():
        create_privately(path, _line(new_key()))
    return Vault(read_keys(path))


def keep_keys(keys: list[bytes]) -> None:
    write_privately(path_of_keys(), "".join(map(_line, keys)))


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def read_keys(path: Path) -> list[bytes]:
    """Newest first. Raises Sealed."""
    try:
        keys = [urlsafe_b64decode(line) for line in path.read_text("ascii").split()]
    except (OSError, ValueError) as error:
        raise Sealed(f"{path} cannot be read: {error}") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise Sealed(f"{path} holds no key: put the right file back, secrets are lost without it")
    return keys


def _line(key: bytes) -> str:
    return urlsafe_b64encode(key).decode() + "\n"


def _id(key: bytes) -> str:
    """Names a key and tells nothing of it."""
    return hashlib.sha256(b"mxx key" + key).hexdigest()[:12]
