"""What MXX stores: one noun a file."""

from __future__ import annotations

from jobs.models.application import Application, ApplicationName
from jobs.models.audit import AuditEntry
from jobs.models.factor import RecoveryCode, SecondFactor
from jobs.models.idempotency import IdempotencyKey
from jobs.models.job import Job
from jobs.models.logtext import LogText, LogUnread
from jobs.models.presence import Presence
from jobs.models.quiet import Quiet
from jobs.models.revision import Revision
from jobs.models.role import Role, admins, role_of
from jobs.models.run import ACTIVE, ENDED, WAITING, Run, RunEvent, Source, Status
from jobs.models.runspan import RunSpan
from jobs.models.samples import RunSamples
from jobs.models.schedule import Schedule
from jobs.models.secret import Secret
from jobs.models.setup import SetupLink
from jobs.models.state import JobState
from jobs.models.supervisor import Lease, Supervisor
from jobs.models.token import Scope, Token
from jobs.models.triggerlink import TriggerLink

__all__ = [
    "ACTIVE",
    "ENDED",
    "WAITING",
    "Application",
    "ApplicationName",
    "AuditEntry",
    "IdempotencyKey",
    "Job",
    "JobState",
    "Lease",
    "LogText",
    "LogUnread",
    "Presence",
    "Quiet",
    "RecoveryCode",
    "Revision",
    "Role",
    "Run",
    "RunEvent",
    "RunSamples",
    "RunSpan",
    "Schedule",
    "Scope",
    "SecondFactor",
    "Secret",
    "SetupLink",
    "Source",
    "Status",
    "Supervisor",
    "Token",
    "TriggerLink",
    "admins",
    "role_of",
]
