"""Secrets: set, deleted, sealed anew, and opened for the one run that names them. Nothing here gives a value to a face."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import transaction

from jobs.exceptions import Conflict, NotFound
from jobs.models import SecondFactor, Secret
from jobs.services.audit import record
from jobs.services.people import Caller, person
from jobs.services.vault import Sealed, Vault, keep_keys, new_key, vault
from jobs.timing import clock
from plugins.exceptions import BadInput, MxxError, Problem
from plugins.output.masking import SHORTEST
from plugins.substitution import no_secret

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
LONGEST = 64 * 1024


def secret_names() -> frozenset[str]:
    return frozenset(Secret.objects.values_list("name", flat=True))


def find_secret(name: str) -> Secret:
    found = Secret.objects.filter(name=name).first() if NAME.fullmatch(name) else None
    if found is None:
        raise NotFound(no_secret(name, secret_names()))
    return found


@transaction.atomic
def set_secret(*, name: str, value: str, by: Caller, new: bool = False) -> Secret:
    """Create it, or give it another value. new: it must not be there yet. Raises BadInput, Conflict."""
    check_secret(name, value)
    if new and Secret.objects.filter(name=name).exists():
        raise Conflict(f"a secret named {name!r} exists already", field="name", example=f"{name[:98]}_2")
    fields = {"sealed": vault().seal(name, value), "changed_at": clock.now(), "author": person(by)}
    secret, _ = Secret.objects.update_or_create(name=name, defaults=fields)
    record("secret.set", name)
    return secret


def check_secret(name: str, value: str) -> None:
    """Raises BadInput."""
    if problems := [*_name_problems(name), *_value_problems(value)]:
        raise BadInput(problems)


@transaction.atomic
def delete_secret(*, secret: Secret) -> None:
    """Runs of jobs that still name it fail before anything of them runs."""
    record("secret.deleted", secret.name)
    secret.delete()


def open_secrets(names: Iterable[str]) -> dict[str, str]:
    """The values, for a run that names them. Raises MxxError with a sentence for the first one that is not there."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    rows = {secret.name: secret.sealed for secret in Secret.objects.filter(name__in=wanted)}
    if missing := [name for name in wanted if name not in rows]:
        raise MxxError(no_secret(missing[0], secret_names()))
    opened = vault()
    return {name: opened.open(name, rows[name]) for name in wanted}


@transaction.atomic
def seal_anew() -> int:
    """A new key for all; the old ones leave the file once everything is sealed with it. Returns how many there are.

    Killed on the way, the file holds both keys, and the database is as it was."""
    before = vault()
    both = Vault([new_key(), *before.keys])
    keep_keys(both.keys)
    secrets = list(Secret.objects.select_for_update())
    for secret in secrets:
        secret.sealed = both.seal(secret.name, both.open(secret.name, secret.sealed))
        secret.save(update_fields=["sealed"])
    _seal_factors_anew(both)
    record("secrets.sealed_anew", count=len(secrets))
    transaction.on_commit(lambda: keep_keys(both.keys[:1]))
    return len(secrets)


def _seal_factors_anew(keys: Vault) -> None:
    """A draft that nobody proved is forgotten."""
    for factor in SecondFactor.objects.select_for_update().exclude(sealed=""):
        name = sealed_as(factor)
        factor.sealed, factor.draft = keys.seal(name, keys.open(name, factor.sealed)), ""
        factor.save(update_fields=["sealed", "draft"])


def sealed_as(factor: SecondFactor) -> str:
    """What the vault binds the key of a phone to: a row copied to somebody else opens nothing."""
    return f"second factor of user {factor.user_id}"


def dead_secrets(keys: Vault) -> list[str]:
    """Names of those that none of these keys opens."""
    rows = Secret.objects.order_by("name").values_list("name", "sealed")
    return [name for name, sealed in rows if not _opens(keys, name, sealed)]


def dead_phones(keys: Vault) -> list[str]:
    """Users whose second factor none of these keys opens."""
    factors = SecondFactor.objects.exclude(sealed="").select_related("user").order_by("user__username")
    return [one.user.get_username() for one in factors if not _opens(keys, sealed_as(one), one.sealed)]


def _opens(keys: Vault, name: str, sealed: str) -> bool:
    try:
        keys.open(name, sealed)
    except Sealed:
        return False
    return True


def _name_problems(name: str) -> list[Problem]:
    if NAME.fullmatch(name):
        return []
    words = "is a letter or _, then up to 99 letters, digits, _ . or -"
    return [Problem("name", "form", words, "backup_password")]


def _value_problems(value: str) -> list[Problem]:
    if "\0" in value:
        return [Problem("value", "form", "holds a NUL, which no program takes", "the password as text")]
    if not len(value) >= SHORTEST or len(value.encode(errors="surrogatepass")) > LONGEST:
        words = (
            f"is {SHORTEST} characters to {LONGEST >> 10} KiB long: a shorter one cannot be hidden in logs"
        )
        return [Problem("value", "length", words, "a long random text")]
    return []
