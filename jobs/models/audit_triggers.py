"""The triggers that keep the audit log append-only, in the words of each database."""

from __future__ import annotations

from typing import Any

REFUSAL = "the audit log is append-only"
SQLITE = (
    f"""CREATE TRIGGER audit_no_update BEFORE UPDATE ON jobs_auditentry
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER audit_no_delete BEFORE DELETE ON jobs_auditentry
        WHEN OLD.at > datetime('now', '-400 days') BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger AS $$ BEGIN
        IF TG_OP = 'DELETE' AND OLD.at < now() - interval '400 days' THEN RETURN OLD; END IF;
        RAISE EXCEPTION '{REFUSAL}'; END $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON jobs_auditentry
        FOR EACH ROW EXECUTE FUNCTION audit_append_only()""",
)


def add(apps: Any, editor: Any) -> None:
    """For RunPython."""
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)
