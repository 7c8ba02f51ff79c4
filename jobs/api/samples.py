"""An example of each answer, put together from good values of its fields: by Shape.field, else by the field's name, else by its type."""

from __future__ import annotations

from typing import Any

TOML = '[os]\ncmd = "echo hello"\n'
CONFIG = {"os": {"cmd": "echo hello"}}
EARLIER, LATER, NEXT = "2026-03-01T20:30:00Z", "2026-03-01T20:31:07Z", "2026-03-02T20:30:00Z"
EPOCH = 1772397000.0
DIFF = '--- revision 1\n+++ revision 2\n@@ -1,2 +1,2 @@\n [os]\n-cmd = "echo hi"\n+cmd = "echo hello"\n'


Node = dict[str, Any]

PLAIN: Node = {"string": "", "integer": 0, "number": 0.0, "boolean": False, "object": {}, "null": None}
FORMATS = {"date-time": EARLIER, "uri": "http://127.0.0.1:8765/api/"}
VALUES: Node = {
    "action": "job.changed",
    "active_runs": [],
    "address": "127.0.0.1",
    "aliases": ["arknights"],
    "alive": True,
    "app": "MAA.exe",
    "argv": ["echo", "hello"],
    "at": EARLIER,
    "attempt": 1,
    "author": "mira",
    "because": "it takes 40 min as a rule, and another run of the job is due after 30",
    "builtin": True,
    "cfge": ["gui.json/account"],
    "cfgow": {"gui.json/window/theme": "dark"},
    "cfgroute": "config",
    "changed_at": EARLIER,
    "checked": EPOCH,
    "claimed": None,
    "class": "Os",
    "closed": EPOCH + 1,
    "collisions": [],
    "config": CONFIG,
    "cpu": 12.5,
    "created_at": EARLIER,
    "database": "SQLite 3.45.1",
    "description": "Copies the photos to the other disk",
    "diff": DIFF,
    "disk_free": 210_000_000_000,
    "disk_size": 500_000_000_000,
    "django": "5.2.8",
    "doc": "Run a program.",
    "empty": EPOCH + 1,
    "enabled": True,
    "ended": EPOCH + 1,
    "error": None,
    "every": 1.0,
    "expires_at": "2026-06-01T00:00:00Z",
    "file": "/home/mira/.mxx/plugins/farm.py",
    "finished_at": LATER,
    "gone": 1,
    "happens": True,
    "heartbeat_at": LATER,
    "hook": "action",
    "hooks": ["action"],
    "host": "workshop",
    "how": "exited with 0",
    "id": 1207,
    "job": "nightly backup",
    "key": "mxx_0123456789a",
    "kind": "hook",
    "label": "hello",
    "last_run": None,
    "last_used_at": LATER,
    "launch": 1,
    "lets": True,
    "line": 12,
    "memory": 5_242_880,
    "method": "run",
    "module": "plugins.builtin.os",
    "name": "nightly backup",
    "named": [],
    "next": None,
    "next_run_time": NEXT,
    "notes": [],
    "number": 2,
    "output": "/home/mira/.mxx/runs/1207/1/detached-1",
    "others": [],
    "path": "C:/Tools/MAA",
    "pid": 4711,
    "plugin": "os",
    "point": "action",
    "pool": "local",
    "processes": 1,
    "python": "3.12.3",
    "queued_at": EARLIER,
    "quiet_until": None,
    "restart_of": None,
    "rule": "overlap",
    "run": 1207,
    "running": 1,
    "schedule": "nightly",
    "schedule_id": 12,
    "scheduled_for": EARLIER,
    "scheduler_beat_at": LATER,
    "schema": {"type": "object", "properties": {"cmd": {"type": "string"}}},
    "scope": "run",
    "seconds": 0.8,
    "signal": None,
    "since": 1,
    "slots": 16,
    "source": "schedule",
    "spec": {"trigger": "cron", "hour": 4, "minute": 30},
    "started": 1,
    "started_at": EARLIER,
    "status": "succeeded",
    "stops": None,
    "strangers": [],
    "strength": "kernel",
    "survivors": [],
    "target": "nightly backup",
    "text": "at 04:30",
    "timezone": "Asia/Shanghai",
    "token": "laptop (mxx_0123456789a)",
    "toml": TOML,
    "trigger": "cron",
    "uid": "5f2c9c1e",
    "until": NEXT,
    "url": "http://127.0.0.1:8765/api/start/bG9uZyByYW5kb20gdGV4dA/",
    "user": "mira",
    "value": "no other run is active",
    "verdict": "It runs.",
    "version": "0.1.0",
    "warnings": [],
    "what": "waits",
    "who": "mira",
    "ExplanationShape.hooks": [{"point": "action", "plugin": "os", "method": "run", "priority": 0}],
    "HealthShape.status": "ok",
    "JobShape.source": "api",
    "SavedJobShape.source": "api",
    "LaunchShape.started": EPOCH,
    "DetachedShape.started": EPOCH,
    "DetachedShape.ended": None,
    "DetachedShape.exit_code": None,
    "SampleShape.at": 1.0,
    "QuietShape.since": EARLIER,
    "NewTokenShape.token": "mxx_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "PreviewShape.next": [EARLIER, NEXT],
}


def sample_of(schema: Node, schemas: Node, name: str = "") -> Any:
    """A good value of this schema. name: of the component that it is."""
    if reference := _reference(schema):
        name = reference.rpartition("/")[2]
        return sample_of(schemas[name], schemas, name)
    if schema.get("type") == "array":
        return [sample_of(schema["items"], schemas, name)]
    if "properties" in schema:
        fields = schema["properties"].items()
        return {field: _field(f"{name}.{field}", field, part, schemas) for field, part in fields}
    return _plain(schema)


def _field(own: str, field: str, part: Node, schemas: Node) -> Any:
    for known in (own, field):
        if known in VALUES:
            return VALUES[known]
    return sample_of(part, schemas)


def _plain(schema: Node) -> Any:
    """Of a value that nobody has thought of."""
    kinds = schema.get("type", "object")
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    return PLAIN[kinds if isinstance(kinds, str) else kinds[0]]


def _reference(schema: Node) -> str:
    """ "" when it refers to none. What may be null too stands as one of two."""
    parts = [schema, *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return next((str(part["$ref"]) for part in parts if "$ref" in part), "")
