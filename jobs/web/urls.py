"""The pages: a table of contents, one verb a line."""

from __future__ import annotations

from django.urls import path

from jobs import services
from jobs.web.gate import members, needs
from jobs.web.views import (
    account,
    applications,
    audit,
    bulk,
    calendar,
    editing,
    factor,
    job,
    jobs,
    links,
    now,
    password,
    plugins,
    revisions,
    run,
    runs,
    secrets,
    settings,
    times,
    tokens,
)

app_name = "web"
log_out = needs(services.KNOWN_USER)(account.LogOut.as_view())

open_to_strangers = [
    path("login/", account.LogIn.as_view(), name="login"),
    path("login/code/", factor.log_in_code, name="login-code"),
    path("login/enrol/", factor.log_in_enrol, name="login-enrol"),
    path("setup/<str:token>/", account.set_up, name="setup"),
    path("favicon.ico", account.favicon, name="favicon"),
    path("theme/", account.choose_theme, name="theme"),
    path("language/", account.choose_language, name="language"),
]

job_urls = [
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs-chosen/run/", bulk.run, name="bulk-run"),
    path("jobs-chosen/pause/", bulk.pause, name="bulk-pause"),
    path("jobs-chosen/resume/", bulk.resume, name="bulk-resume"),
    path("jobs-chosen/delete/", bulk.delete, name="bulk-delete"),
    path("new-job/", jobs.new_job, name="new-job"),
    path("editing/", editing.editing, name="editing"),
    path("jobs/<str:name>/", job.job, name="job"),
    path("jobs/<str:name>/why/", times.why, name="why"),
    path("jobs/<str:name>/run/", job.run_now, name="run-now"),
    path("jobs/<str:name>/pause/", job.pause, name="pause"),
    path("jobs/<str:name>/resume/", job.resume, name="resume"),
    path("jobs/<str:name>/save/", job.save, name="save"),
    path("jobs/<str:name>/present/", editing.present, name="present"),
    path("jobs/<str:name>/revisions/", revisions.revisions, name="revisions"),
    path("jobs/<str:name>/revisions/<int:number>/", revisions.revision, name="revision"),
    path("jobs/<str:name>/revisions/<int:number>/back/", revisions.roll_back, name="roll-back"),
    path("jobs/<str:name>/links/", links.links, name="links"),
    path("jobs/<str:name>/links/<int:link_id>/revoke/", links.revoke, name="revoke-link"),
    path("jobs/<str:name>/detach/", job.detach, name="detach"),
    path("jobs/<str:name>/delete/", job.delete, name="delete"),
    path("jobs/<str:name>/schedules/<int:schedule_id>/pause/", job.pause_schedule, name="pause-schedule"),
    path("jobs/<str:name>/schedules/<int:schedule_id>/resume/", job.resume_schedule, name="resume-schedule"),
]

run_urls = [
    path("runs/", runs.runs, name="runs"),
    path("runs/export.csv", runs.export_csv, name="runs-csv"),
    path("runs/export.json", runs.export_json, name="runs-json"),
    path("runs-chosen/cancel/", bulk.cancel_runs, name="bulk-cancel-runs"),
    path("runs-chosen/delete/", bulk.delete_runs, name="bulk-delete-runs"),
    path("runs/<int:run_id>/", run.run, name="run"),
    path("runs/<int:run_id>/log/", run.log, name="log"),
    path("runs/<int:run_id>/log/download/", run.download, name="download"),
    path("runs/<int:run_id>/cancel/", run.cancel, name="cancel"),
    path("runs/<int:run_id>/detached/<int:number>/stop/", run.stop_detached, name="stop-detached"),
    path("runs/<int:run_id>/retry/", run.retry, name="retry"),
]

plugin_urls = [
    path("plugins/", plugins.plugins, name="plugins"),
    path("plugins/<path:name>/", plugins.plugin, name="plugin"),
]

settings_urls = [
    path("settings/", settings.settings, name="settings"),
    path("settings/zone/", settings.choose_zone, name="choose-zone"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/applications/", applications.applications, name="applications"),
    path("settings/applications/<str:name>/", applications.application, name="application"),
    path("settings/applications/<str:name>/edit/", applications.edit, name="edit-application"),
    path("settings/applications/<str:name>/delete/", applications.delete, name="delete-application"),
    path("settings/new-application/", applications.new, name="new-application"),
    path("settings/take-over-applications/", applications.take_over, name="take-over-applications"),
    path("settings/password/", password.password, name="password"),
    path("settings/second-factor/", factor.own, name="factor"),
    path("settings/second-factor/codes/", factor.new_codes, name="factor-codes"),
    path("settings/second-factor/drop/", factor.drop, name="factor-drop"),
    path("settings/secrets/", secrets.secrets, name="secrets"),
    path("settings/secrets/<str:name>/delete/", secrets.delete, name="delete-secret"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<str:key>/revoke/", tokens.revoke, name="revoke-token"),
]

time_urls = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("next/", times.upcoming, name="next"),
    path("check/", times.check, name="check"),
    path("quiet/", times.begin_quiet, name="quiet"),
    path("quiet/end/", times.end_quiet, name="end-quiet"),
]

urlpatterns = [
    *open_to_strangers,
    *members(
        [
            path("", now.now, name="now"),
            path("seen/", now.seen, name="seen"),
            path("logout/", log_out, name="logout"),
        ]
    ),
    *members(job_urls),
    *members(run_urls),
    *members(plugin_urls),
    *members(settings_urls),
    *members(time_urls),
]
