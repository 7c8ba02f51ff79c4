"""The second factor: codes of a phone (TOTP, RFC 6238), and recovery codes for the day when it is lost.

Its key is sealed in the vault; without secrets.key only recovery codes open, or `manage.py resetfactor`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b32encode
from dataclasses import dataclass

import pyotp
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from jobs.models import RecoveryCode, SecondFactor
from jobs.services.audit import record
from jobs.services.entrance import CODE_FAILED
from jobs.services.roles import end_sessions
from jobs.services.secretstore import sealed_as
from jobs.services.vault import Sealed, vault
from jobs.timing import clock
from plugins.exceptions import BadInput, Problem

SHOWN = "factor"
"""In a session: it began with a second factor."""
STEP, APART = 30, (0, -1, 1)
"""Seconds that a code lives, and the steps by which a phone's clock may differ."""
RECOVERY_CODES, RECOVERY_BYTES = 10, 10
WRONG = "is not the code that your app shows now, or it was used already: wait for the next one"


@dataclass(frozen=True)
class Enrolment:
    """secret: in base32, for typing. link: the same for a phone's app."""

    secret: str
    link: str


def has_factor(user: User) -> bool:
    return SecondFactor.objects.filter(user=user).exclude(sealed="").exists()


def factor_is_required() -> bool:
    return bool(settings.MXX_REACHABLE)


def codes_left(user: User) -> int:
    return RecoveryCode.objects.unused().filter(user=user).count()


def note_factor(session: SessionBase) -> None:
    session[SHOWN] = True


def is_enough(session: SessionBase) -> bool:
    """A session without a second factor ends where one is required."""
    return not factor_is_required() or bool(session.get(SHOWN))


def enrolment(user: User) -> Enrolment:
    """A key to put into a phone; the same one until it is confirmed. Changes nothing that counts."""
    row, _ = SecondFactor.objects.get_or_create(user=user)
    secret = _opened_draft(row)
    if not secret:
        secret = pyotp.random_base32()
        row.draft = vault().seal(sealed_as(row), secret)
        row.save(update_fields=["draft"])
    return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=user.get_username(), issuer_name="MXX"))


@transaction.atomic
def confirm_factor(*, user: User, code: str) -> list[str]:
    """The key shown by `enrolment` counts from now on; ends the user's sessions. Returns recovery codes. Raises BadInput."""
    row = SecondFactor.objects.select_for_update().filter(user=user).first()
    secret = _opened_draft(row) if row else ""
    step = _step_of(secret, code) if secret else None
    if row is None or step is None:
        raise BadInput([Problem("code", "wrong", WRONG, "six digits")])
    row.sealed, row.draft = row.draft, ""
    row.confirmed_at, row.last_step = clock.now(), step
    row.save()
    record("factor.enrolled", user.get_username())
    end_sessions(user)
    return _new_codes(user)


def check_code(*, user: User, code: str) -> bool:
    """Of the phone, or a recovery code; each opens once. A wrong one is counted against guessing. Raises Sealed."""
    text = re.sub(r"[\s-]", "", code).lower()
    is_recovery = not text.isdigit()
    right = _uses_recovery_code(user, text) if is_recovery else _uses_code(user, text)
    if not right:
        record(CODE_FAILED, user.get_username())
    elif is_recovery:
        record("factor.recovery_used", user.get_username(), left=codes_left(user))
    return right


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """In place of all earlier ones."""
    record("factor.recovery_codes", user.get_username())
    return _new_codes(user)


@transaction.atomic
def drop_factor(user: User) -> bool:
    """Password alone opens again; where a factor is required, the next login asks for a new one. Ends the user's sessions.

    False: there was none."""
    RecoveryCode.objects.filter(user=user).delete()
    gone, _ = SecondFactor.objects.filter(user=user).delete()
    if gone:
        record("factor.dropped", user.get_username())
        end_sessions(user)
    return bool(gone)


def _opened_draft(row: SecondFactor) -> str:
    """ "" when there is none, and when its key is gone: another one is made."""
    try:
        return vault().open(sealed_as(row), row.draft) if row.draft else ""
    except Sealed:
        return ""


def _uses_code(user: User, code: str) -> bool:
    row = SecondFactor.objects.filter(user=user).exclude(sealed="").first()
    if row is None:
        return False
    step = _step_of(vault().open(sealed_as(row), row.sealed), code)
    return step is not None and row.use_step(step)


def _step_of(secret: str, code: str) -> int | None:
    """The step to which the code belongs, near now; None for a wrong one."""
    text, now = re.sub(r"\s", "", code), int(clock.now().timestamp()) // STEP
    codes = pyotp.TOTP(secret)
    found = [
        now + apart
        for apart in APART
        if hmac.compare_digest(codes.generate_otp(now + apart).encode(), text.encode())
    ]
    return found[0] if found else None


def _uses_recovery_code(user: User, code: str) -> bool:
    return RecoveryCode.objects.filter(user=user).use(_digest(code))


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = [b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def _digest(code: str) -> str:
    """80 random bits need no slow hash."""
    return hashlib.sha256(code.encode()).hexdigest()
