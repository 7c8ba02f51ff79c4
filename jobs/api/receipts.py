"""The shapes of what a run left behind: its receipt, and what its programs used."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

Shape = serializers.Serializer[Any]


class ProcessShape(Shape):
    pid = serializers.IntegerField()
    name = serializers.CharField()


class LaunchShape(Shape):
    number = serializers.IntegerField()
    argv = serializers.ListField(child=serializers.CharField(), help_text="secrets are ***")
    name = serializers.CharField()
    label = serializers.CharField(required=False)  # type: ignore[assignment]  # the contract's word
    pid = serializers.IntegerField()
    started = serializers.FloatField(help_text="seconds since the epoch")
    ended = serializers.FloatField(allow_null=True, required=False)
    empty = serializers.FloatField(
        allow_null=True, required=False, help_text="when nobody was left of what it had started"
    )
    closed = serializers.FloatField(
        allow_null=True, required=False, help_text="when nobody could write to its output any more"
    )
    exit_code = serializers.IntegerField(allow_null=True, required=False)
    signal = serializers.IntegerField(allow_null=True, required=False)
    how = serializers.CharField(help_text="how it ended, in words")
    restart_of = serializers.IntegerField(
        allow_null=True, required=False, help_text="the launch that this one repeats"
    )
    stops = serializers.IntegerField(
        allow_null=True, required=False, help_text="the launch whose stop command this is"
    )
    detached = serializers.BooleanField(required=False, help_text="left on purpose: it outlives the run")
    claimed = ProcessShape(
        allow_null=True, required=False, help_text="what it handed over to; weaker evidence than custody"
    )


class DetachedShape(Shape):
    number = serializers.IntegerField(help_text="of its launch in the receipt")
    name = serializers.CharField()
    argv = serializers.ListField(child=serializers.CharField())
    pid = serializers.IntegerField()
    started = serializers.FloatField(help_text="seconds since the epoch")
    alive = serializers.BooleanField()
    ended = serializers.FloatField(allow_null=True)
    exit_code = serializers.IntegerField(allow_null=True)
    how = serializers.CharField(allow_blank=True, help_text="how it ended, in words")
    output = serializers.CharField(help_text="the folder with its log, on the run's host")


class DetachedListShape(Shape):
    results = DetachedShape(many=True)


class OtherShape(ProcessShape):
    launch = serializers.IntegerField(allow_null=True, help_text="the launch that it came from, if known")
    how = serializers.CharField()


class ReceiptShape(Shape):
    launches = LaunchShape(many=True)
    others = OtherShape(many=True, help_text="children that had to be ended")
    named = serializers.ListField(child=serializers.CharField(), help_text="ended by name: NAME PID")
    survivors = ProcessShape(many=True, help_text="could not be ended")
    strangers = ProcessShape(many=True, help_text="of the same name, left alone; five at most")
    untouched = serializers.IntegerField(help_text="how many strangers there were")
    started = serializers.IntegerField()
    gone = serializers.IntegerField()
    left = serializers.IntegerField()
    restarts = serializers.IntegerField()
    detached = serializers.IntegerField()
    strength = serializers.ChoiceField(["kernel", "strong", "best_effort"])
    weakness = serializers.CharField(allow_blank=True, required=False, help_text="why it is not stronger")
    checked = serializers.FloatField(help_text="seconds since the epoch")
    text = serializers.CharField(help_text="all of it in one line")


@extend_schema_field(ReceiptShape)
class Receipt(serializers.JSONField):
    """As the keeper wrote it; an older one may lack what was not told then."""


class SampleShape(Shape):
    at = serializers.FloatField(help_text="seconds since the run began")
    cpu = serializers.FloatField(help_text="percent of one core")
    memory = serializers.IntegerField(help_text="bytes")
    processes = serializers.IntegerField()


class SamplesShape(Shape):
    every = serializers.FloatField(help_text="seconds between two points")
    points = SampleShape(many=True, help_text="600 at most; none for a run of less than a second")
