"""What a request's body may carry."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from jobs import services
from jobs.api.reading import Moment, StrictBoolean, StrictSerializer, StrictText
from jobs.api.shapes import Free
from jobs.models import Scope
from jobs.models.token import ROLES

NAME = {
    "maxLength": 100,
    "format": "job-name",
    "description": "letters, digits, space and . _ -; not beginning with . or -",
}


class TextOrConfig(StrictSerializer):
    """The job file: as `config` (a JSON object) or as `toml` (text), never both."""

    config = Free(required=False)
    toml = StrictText(required=False, allow_blank=True, max_length=1024 * 1024)

    examples: ClassVar[dict[str, str]] = {
        "name": '"nightly backup"',
        "config": '{"os": {"cmd": "echo hello"}}',
        "toml": '"[os]\\ncmd = \\"echo hello\\"\\n"',
        "enabled": "true",
    }
    text_needed: ClassVar[bool] = True
    rules: ClassVar[dict[str, Any]] = {"oneOf": [{"required": ["config"]}, {"required": ["toml"]}]}
    limits: ClassVar[dict[str, dict[str, Any]]] = {"name": NAME, "toml": {"format": "job-file"}}

    @classmethod
    def example(cls) -> dict[str, Any]:
        return {name: value for name, value in super().example().items() if name != "toml"}

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        count = ("config" in given) + ("toml" in given)
        if count == 2:
            raise serializers.ValidationError({"toml": "give either config or toml, not both"}, "both")
        if count == 0 and self.text_needed:
            raise serializers.ValidationError(
                {"config": "give the job file as config or as toml"}, "required"
            )
        return given


class Switchable(TextOrConfig):
    enabled = StrictBoolean(required=False)


class NewJob(Switchable):
    name = StrictText(max_length=1000)


class WholeJob(Switchable):
    """PUT: the whole job file anew; a name renames."""

    name = StrictText(max_length=1000, required=False)


class PartOfJob(WholeJob):
    """PATCH: what is not named stays."""

    text_needed: ClassVar[bool] = False
    rules: ClassVar[dict[str, Any]] = {"minProperties": 1, "not": {"required": ["config", "toml"]}}

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given:
            raise serializers.ValidationError({"enabled": "name at least one thing to change"}, "required")
        return super().validate(given)


class Trigger(StrictSerializer):
    params = Free(default=dict)

    examples: ClassVar[dict[str, str]] = {"params": '{"target": "/srv"}'}

    def validate_params(self, params: Any) -> dict[str, Any]:
        if not isinstance(params, dict):
            raise serializers.ValidationError("must be an object: one value a declared param", "type")
        return params


class FileRun(Trigger, TextOrConfig):
    """A job file that is run once, and not saved as a job."""

    name = StrictText(max_length=1000)

    examples: ClassVar[dict[str, str]] = {**TextOrConfig.examples, **Trigger.examples}


class NewToken(StrictSerializer):
    limits: ClassVar[dict[str, dict[str, Any]]] = {
        "name": {"maxLength": 100},
        "scope": {"pattern": f"^({'|'.join(ROLES)})$"},
        "days": {"minimum": 1, "maximum": services.MOST_TOKEN_DAYS},
    }

    name = StrictText(max_length=1000)
    scope = StrictText(max_length=10, default=Scope.READ)
    job = StrictText(max_length=1000, required=False, help_text="the only job that it is for")
    days = serializers.IntegerField(default=services.TOKEN_DAYS, help_text="until it expires")

    examples: ClassVar[dict[str, str]] = {
        "name": '"laptop"',
        "scope": '"run"',
        "job": '"nightly backup"',
        "days": str(services.TOKEN_DAYS),
    }


class NewTriggerLink(StrictSerializer):
    limits: ClassVar[dict[str, dict[str, Any]]] = {"name": {"maxLength": 100}}
    name = StrictText(max_length=1000)

    examples: ClassVar[dict[str, str]] = {"name": '"the build server"'}


class SecretValue(StrictSerializer):
    limits: ClassVar[dict[str, dict[str, Any]]] = {
        "name": {"pattern": "^[A-Za-z_][A-Za-z0-9_.-]{0,99}$", "maxLength": 100},
        "value": {"minLength": services.SHORTEST_SECRET, "maxLength": services.LONGEST_SECRET},
    }
    value = StrictText(max_length=1024 * 1024)

    examples: ClassVar[dict[str, str]] = {"name": '"backup_password"', "value": '"a long random text"'}


class NewSecret(SecretValue):
    name = StrictText(max_length=1000)


class WholeApplication(StrictSerializer):
    limits: ClassVar[dict[str, dict[str, Any]]] = {"name": NAME}
    name = StrictText(max_length=1000)
    aliases = serializers.ListField(child=StrictText(max_length=1000), default=list, max_length=100)
    path = StrictText(max_length=4096)
    app = StrictText(max_length=4096)
    cfgroute = StrictText(max_length=4096, allow_blank=True, default="")
    cfgow = Free(default=dict)
    cfge = serializers.ListField(child=StrictText(max_length=4096), default=list, max_length=1000)

    examples: ClassVar[dict[str, str]] = {
        "name": '"maa"',
        "path": '"C:/Tools/MAA"',
        "app": '"MAA.exe"',
        "aliases": '["arknights"]',
        "cfgroute": '"config"',
        "cfgow": '{"gui.json/window/theme": "dark"}',
        "cfge": '["gui.json/account"]',
    }

    def validate_cfgow(self, cfgow: Any) -> dict[str, Any]:
        if not isinstance(cfgow, dict):
            raise serializers.ValidationError("must be an object: one value a path", "type")
        return cfgow


class PreviewOptions(StrictSerializer):
    """Stand beside the schedule's own keys."""

    count = serializers.IntegerField(min_value=1, max_value=50, default=10)

    examples: ClassVar[dict[str, str]] = {"count": "10", "from": "2026-03-01T04:30:00Z"}

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word that Python keeps to itself."""
        return {**super().get_fields(), "from": Moment(required=False)}
