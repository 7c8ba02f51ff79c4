"""The use cases: the one way in for every face. Call them through this module: `services.trigger_job(...)`."""

from __future__ import annotations

from jobs.services.access import KNOWN_USER, OWN_ACCOUNT, may
from jobs.services.appimport import ImportedApplications, import_applications
from jobs.services.applications import (
    ApplicationDraft,
    applications_named,
    delete_application,
    find_application,
    save_application,
)
from jobs.services.audit import diffs_of, record
from jobs.services.away import AWAY, is_away, why_away
from jobs.services.backup import back_up
from jobs.services.collisions import Collision, collisions, meetings
from jobs.services.cronimport import ImportedCron, import_cron
from jobs.services.custody import custody_here, custody_in_words
from jobs.services.databasefile import file_identity as database_identity
from jobs.services.databasefile import is_missing as database_is_missing
from jobs.services.deletion import delete_job, delete_run
from jobs.services.detached import Outliving, detached_programs, stop_detached_program
from jobs.services.doctor import Finding, examine
from jobs.services.drafts import Draft, read_draft
from jobs.services.entrance import may_guess
from jobs.services.explaining import explain_draft, explain_job
from jobs.services.exporting import Exported, export_jobs
from jobs.services.filejobs import detach_job
from jobs.services.folder import Loaded, Wishes, job_files, load_folder
from jobs.services.health import Health, Pulse, health, heartbeats, pulse
from jobs.services.history import Found, Wanted, find_runs
from jobs.services.home import home_id
from jobs.services.keeping import keep_history
from jobs.services.logsearch import excerpts
from jobs.services.mxximport import ImportedHome, import_home
from jobs.services.once import trigger_once
from jobs.services.onlookers import Standing, let_in, standing_for, standing_of
from jobs.services.owner import local_owner_token
from jobs.services.params import declared_in, declared_params
from jobs.services.passwords import change_password, check_password
from jobs.services.pausing import find_schedule, pause_job, pause_schedule, resume_job, resume_schedule
from jobs.services.plugins import plugin_catalog
from jobs.services.presences import be_present, others_at
from jobs.services.preview import Preview, Saved, preview_draft, preview_schedule, saved_schedules
from jobs.services.pruning import Pruned, Retention, prune_runs
from jobs.services.quiet import begin_quiet, check_quiet_end, end_quiet, quiet_now, starts_from
from jobs.services.restore import UNFINISHED, Restored, restore
from jobs.services.retelling import retell_schedules
from jobs.services.revisions import difference, find_revision, roll_back_job
from jobs.services.roles import end_sessions, give_role, refuse_without_admin
from jobs.services.room import disk_of_home, little_room, why_no_start
from jobs.services.runexport import export_csv, export_json
from jobs.services.runs import cancel_job, cancel_run, find_run, queue_file_run, retry_run, trigger_job
from jobs.services.sampling import Sample, Samples, samples_of
from jobs.services.saving import default_zone, find_job, save_job
from jobs.services.secondfactor import (
    Enrolment,
    check_code,
    codes_left,
    confirm_factor,
    drop_factor,
    enrolment,
    factor_is_required,
    has_factor,
    new_recovery_codes,
    note_factor,
)
from jobs.services.secretstore import LONGEST as LONGEST_SECRET
from jobs.services.secretstore import SHORTEST as SHORTEST_SECRET
from jobs.services.secretstore import (
    check_secret,
    delete_secret,
    find_secret,
    open_secrets,
    seal_anew,
    secret_names,
    set_secret,
)
from jobs.services.setup import check_link, open_link, use_link
from jobs.services.silence import is_unheard, tell_silence
from jobs.services.telling import describe_run
from jobs.services.tokens import DAYS as TOKEN_DAYS
from jobs.services.tokens import MOST_DAYS as MOST_TOKEN_DAYS
from jobs.services.tokens import find_token, make_token, revoke_token, scopes_for, tokens_seen_by
from jobs.services.triggerlinks import find_link, make_link, opened_link, revoke_link, trigger_by_link
from jobs.services.upcoming import Coming, next_of_each, upcoming
from jobs.services.vault import Sealed
from jobs.services.watching import (
    LogChunk,
    Progress,
    live_events,
    live_progress,
    log_elsewhere,
    log_end,
    log_state,
    run_dir,
    run_log,
    run_records,
)
from jobs.services.whys import Circumstances, Rule, Why, why

__all__ = [
    "AWAY",
    "KNOWN_USER",
    "LONGEST_SECRET",
    "MOST_TOKEN_DAYS",
    "OWN_ACCOUNT",
    "SHORTEST_SECRET",
    "TOKEN_DAYS",
    "UNFINISHED",
    "ApplicationDraft",
    "Circumstances",
    "Collision",
    "Coming",
    "Draft",
    "Enrolment",
    "Exported",
    "Finding",
    "Found",
    "Health",
    "ImportedApplications",
    "ImportedCron",
    "ImportedHome",
    "Loaded",
    "LogChunk",
    "Outliving",
    "Preview",
    "Progress",
    "Pruned",
    "Pulse",
    "Restored",
    "Retention",
    "Rule",
    "Sample",
    "Samples",
    "Saved",
    "Sealed",
    "Standing",
    "Wanted",
    "Why",
    "Wishes",
    "applications_named",
    "back_up",
    "be_present",
    "begin_quiet",
    "cancel_job",
    "cancel_run",
    "change_password",
    "check_code",
    "check_link",
    "check_password",
    "check_quiet_end",
    "check_secret",
    "codes_left",
    "collisions",
    "confirm_factor",
    "custody_here",
    "custody_in_words",
    "database_identity",
    "database_is_missing",
    "declared_in",
    "declared_params",
    "default_zone",
    "delete_application",
    "delete_job",
    "delete_run",
    "delete_secret",
    "describe_run",
    "detach_job",
    "detached_programs",
    "difference",
    "diffs_of",
    "disk_of_home",
    "drop_factor",
    "end_quiet",
    "end_sessions",
    "enrolment",
    "examine",
    "excerpts",
    "explain_draft",
    "explain_job",
    "export_csv",
    "export_jobs",
    "export_json",
    "factor_is_required",
    "find_application",
    "find_job",
    "find_link",
    "find_revision",
    "find_run",
    "find_runs",
    "find_schedule",
    "find_secret",
    "find_token",
    "give_role",
    "has_factor",
    "health",
    "heartbeats",
    "home_id",
    "import_applications",
    "import_cron",
    "import_home",
    "is_away",
    "is_unheard",
    "job_files",
    "keep_history",
    "let_in",
    "little_room",
    "live_events",
    "live_progress",
    "load_folder",
    "local_owner_token",
    "log_elsewhere",
    "log_end",
    "log_state",
    "make_link",
    "make_token",
    "may",
    "may_guess",
    "meetings",
    "new_recovery_codes",
    "next_of_each",
    "note_factor",
    "open_link",
    "open_secrets",
    "opened_link",
    "others_at",
    "pause_job",
    "pause_schedule",
    "plugin_catalog",
    "preview_draft",
    "preview_schedule",
    "prune_runs",
    "pulse",
    "queue_file_run",
    "quiet_now",
    "read_draft",
    "record",
    "refuse_without_admin",
    "restore",
    "resume_job",
    "resume_schedule",
    "retell_schedules",
    "retry_run",
    "revoke_link",
    "revoke_token",
    "roll_back_job",
    "run_dir",
    "run_log",
    "run_records",
    "samples_of",
    "save_application",
    "save_job",
    "saved_schedules",
    "scopes_for",
    "seal_anew",
    "secret_names",
    "set_secret",
    "standing_for",
    "standing_of",
    "starts_from",
    "stop_detached_program",
    "tell_silence",
    "tokens_seen_by",
    "trigger_by_link",
    "trigger_job",
    "trigger_once",
    "upcoming",
    "use_link",
    "why",
    "why_away",
    "why_no_start",
]
