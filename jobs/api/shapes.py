"""What the API answers with: one class a noun. Moments are ISO 8601 in UTC with Z."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from jobs import services
from jobs.api.reading import Moment
from jobs.api.receipts import Receipt
from jobs.models import Revision, Run, Scope, Source, Status
from plugins.redaction import redacted_text

Shape = serializers.Serializer[Any]


@extend_schema_field({"type": "object", "additionalProperties": True})
class Free(serializers.JSONField):
    """A JSON object whose keys the user chose."""


class ScheduleShape(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    trigger = serializers.CharField()
    spec = Free()
    text = serializers.CharField()
    timezone = serializers.CharField()
    enabled = serializers.BooleanField()
    next_run_time = Moment(allow_null=True)
    params = Free()


class ScheduleOfJobShape(ScheduleShape):
    job = serializers.CharField(source="job.name")


class RunShape(Shape):
    id = serializers.IntegerField()
    job = serializers.SerializerMethodField()
    status = serializers.ChoiceField(Status.choices)
    source = serializers.ChoiceField(Source.choices)  # type: ignore[assignment]  # the contract's word
    reason = serializers.CharField()
    attempt = serializers.IntegerField()
    params = Free()
    scheduled_for = Moment(allow_null=True)
    queued_at = Moment()
    started_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)
    exit_code = serializers.IntegerField(allow_null=True)
    pool = serializers.CharField()
    host = serializers.CharField()

    def get_job(self, run: Run) -> str:
        """The job's name of today, so that it can be asked for; of a file that is no job: the file's stem."""
        return run.job.name if run.job else run.job_name


class ProgressShape(Shape):
    fraction = serializers.FloatField(help_text="0 to 1")
    text = serializers.CharField(allow_blank=True)


class RunDetailShape(RunShape):
    """progress: as the run's plugins told it; null when they said nothing, and once it is over."""

    receipt = Receipt(allow_null=True)
    progress = serializers.SerializerMethodField()

    @extend_schema_field(ProgressShape(allow_null=True))
    def get_progress(self, run: Run) -> dict[str, Any] | None:
        told = services.live_progress(run) if run.is_active else None
        return dict(ProgressShape(told).data) if told else None


class EventShape(Shape):
    attempt = serializers.IntegerField()
    at = Moment()
    kind = serializers.CharField()
    plugin = serializers.CharField()
    hook = serializers.CharField()
    seconds = serializers.FloatField(allow_null=True)
    message = serializers.CharField()
    data = Free()  # type: ignore[assignment]  # the contract's word


class JobShape(Shape):
    """Of jobs.api.overview.JobOverview."""

    name = serializers.CharField(source="job.name")
    description = serializers.CharField(source="job.description")
    enabled = serializers.BooleanField(source="job.enabled")
    config = Free()
    toml = serializers.CharField()
    source = serializers.CharField(source="job.source")  # type: ignore[assignment]  # the contract's word
    schedules = ScheduleShape(many=True)
    last_run = RunShape(allow_null=True)
    active_runs = RunShape(many=True)


class SavedJobShape(JobShape):
    """What was accepted, but may not be meant, is told once: when it is saved."""

    warnings = serializers.ListField(child=serializers.CharField(), required=False)


class RevisionShape(Shape):
    number = serializers.IntegerField()
    created_at = Moment()
    author = serializers.CharField(source="author.username", default="")
    toml = serializers.CharField()


class RedactedRevisionShape(RevisionShape):
    """For readers who may not edit the job."""

    toml = serializers.SerializerMethodField()  # type: ignore[assignment]  # the same word, less of it

    def get_toml(self, revision: Revision) -> str:
        return redacted_text(revision.toml)


class RevisionDiffShape(Shape):
    since = serializers.IntegerField(help_text="the revision that it is compared with; 0: none before it")
    number = serializers.IntegerField()
    diff = serializers.CharField(allow_blank=True, help_text="unified; empty when both say the same")


class PreviewShape(Shape):
    text = serializers.CharField()
    next = serializers.ListField(child=Moment(), source="moments")
    notes = serializers.ListField(child=serializers.CharField())


class ApplicationShape(Shape):
    uid = serializers.CharField()
    name = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    path = serializers.CharField()
    app = serializers.CharField()
    cfgroute = serializers.CharField()
    cfgow = Free()
    cfge = serializers.ListField(child=serializers.CharField())


class TokenShape(Shape):
    """key: how the token begins, by which it is known and revoked."""

    key = serializers.CharField(source="token_key")
    user = serializers.CharField(source="user.username")
    name = serializers.CharField()
    scope = serializers.ChoiceField(Scope.choices)
    job = serializers.CharField(source="job.name", default=None, allow_null=True)
    created_at = Moment(source="created")
    expires_at = Moment(source="expiry", allow_null=True)
    last_used_at = Moment(allow_null=True)


class NewTokenShape(TokenShape):
    token = serializers.CharField(help_text="shown this once")


class TriggerLinkShape(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    author = serializers.CharField(source="author.username")
    created_at = Moment()
    last_used_at = Moment(allow_null=True)


class NewTriggerLinkShape(TriggerLinkShape):
    url = serializers.URLField(help_text="POST to it; shown this once")


class SecretShape(Shape):
    """All that is ever told of a secret."""

    name = serializers.CharField()
    changed_at = Moment()
    author = serializers.CharField(source="author.username", default="")


class AuditShape(Shape):
    """diff: what a change did to the job's text, from its revisions."""

    id = serializers.IntegerField()
    at = Moment()
    action = serializers.CharField()
    target = serializers.CharField()
    who = serializers.CharField(help_text="empty: MXX itself, or a command on its host")
    token = serializers.CharField()
    address = serializers.CharField()
    data = Free()  # type: ignore[assignment]  # the contract's word
    diff = serializers.CharField()


class StartedShape(Shape):
    """All that a link tells: not the run's params, log or receipt."""

    run = serializers.IntegerField()
    status = serializers.ChoiceField(Status.choices)


class CustodyShape(Shape):
    strength = serializers.CharField(help_text="kernel, strong, best_effort, or none: runs cannot start here")
    weakness = serializers.CharField(help_text="why it is no more than that")


class HeartbeatShape(Shape):
    """Of one process that owns runs."""

    kind = serializers.CharField(help_text="supervisor, or runjob in a terminal")
    host = serializers.CharField()
    pid = serializers.IntegerField()
    slots = serializers.IntegerField()
    started_at = Moment()
    heartbeat_at = Moment()
    scheduler_beat_at = Moment(allow_null=True, help_text="last turn of its scheduler's loop")


class VersionsShape(Shape):
    python = serializers.CharField()
    django = serializers.CharField()
    database = serializers.CharField()


class HealthShape(Shape):
    """Only the status for whoever may not see all jobs."""

    status = serializers.CharField(help_text="ok or down")
    problem = serializers.CharField(required=False)
    scheduler_beat_at = Moment(required=False, allow_null=True)
    running = serializers.IntegerField(required=False)
    queued = serializers.IntegerField(required=False)
    slots = serializers.IntegerField(required=False)
    heartbeats = HeartbeatShape(many=True, required=False)
    disk = serializers.CharField(required=False, help_text="a sentence once the disk is nearly full")
    silent = serializers.CharField(
        required=False, help_text="a sentence while runs are active whose MXX_HOME is not heard any more"
    )
    disk_free = serializers.IntegerField(required=False, help_text="bytes, where MXX keeps its data")
    disk_size = serializers.IntegerField(required=False, help_text="bytes")
    custody = CustodyShape(required=False)
    version = serializers.CharField(required=False)
    versions = VersionsShape(required=False)


class PluginErrorShape(Shape):
    file = serializers.CharField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()


class PluginShape(Shape):
    name = serializers.CharField()
    module = serializers.CharField()
    version = serializers.CharField()
    builtin = serializers.BooleanField()
    doc = serializers.CharField()
    hooks = serializers.ListField(child=serializers.CharField())
    schema = Free()
    error = PluginErrorShape(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """`class` is a word that Python keeps to itself."""
        return {**super().get_fields(), "class": serializers.CharField()}


def page_of(shape: type[Shape]) -> Shape:
    """For the schema: {"results": [...], "next": URL or null}."""
    return inline_serializer(
        shape.__name__.removesuffix("Shape") + "Page",
        {"results": shape(many=True), "next": serializers.URLField(allow_null=True)},
    )


class HookShape(Shape):
    point = serializers.CharField()
    plugin = serializers.CharField()
    method = serializers.CharField()
    priority = serializers.IntegerField()


class RuleShape(Shape):
    rule = serializers.CharField()
    schedule = serializers.CharField(help_text="its name; empty for a rule of the whole job")
    lets = serializers.BooleanField(allow_null=True, help_text="null: it decides nothing about this moment")
    value = serializers.CharField()


class ExplanationShape(Shape):
    """Of services.Why, with the order of the hooks beside it."""

    job = serializers.CharField()
    at = Moment()
    happens = serializers.BooleanField()
    verdict = serializers.CharField()
    rules = RuleShape(many=True)
    runs = RunShape(many=True)
    hooks = HookShape(many=True)


class ComingShape(Shape):
    at = Moment()
    job = serializers.CharField(source="schedule.job.name")
    schedule = serializers.CharField(source="schedule.name")
    schedule_id = serializers.IntegerField()
    text = serializers.CharField(source="schedule.text")
    timezone = serializers.CharField(source="schedule.timezone")


class CollisionShape(Shape):
    """what: skipped, waits or replaces. seconds: how long it would wait."""

    at = Moment()
    job = serializers.CharField()
    schedule = serializers.CharField()
    what = serializers.CharField()
    seconds = serializers.FloatField()
    because = serializers.CharField()


class NextOfJobShape(Shape):
    results = ComingShape(many=True)


class NextShape(Shape):
    """collisions: of the next 24 hours, whatever the count."""

    results = ComingShape(many=True)
    collisions = CollisionShape(many=True)
    quiet_until = Moment(allow_null=True)


class QuietShape(Shape):
    """Both null: it is not quiet. why: after a restore; then it lasts until an admin ends it (until: the year 9999)."""

    since = Moment(allow_null=True)
    until = Moment(allow_null=True)
    why = serializers.CharField(allow_blank=True)
