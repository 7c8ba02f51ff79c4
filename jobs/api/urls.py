"""The table of contents of the API."""

from __future__ import annotations

from django.urls import path, re_path

from jobs.api.views import (
    applications,
    documents,
    health,
    jobs,
    plugins,
    quiet,
    runs,
    schedules,
    secrets,
    tokens,
    triggerlinks,
)

urlpatterns = [
    path("jobs/", jobs.Jobs.as_view()),
    path("jobs/<str:name>/", jobs.OneJob.as_view()),
    path("jobs/<str:name>/trigger/", runs.TriggerJob.as_view()),
    path("jobs/<str:name>/pause/", jobs.Pause.as_view()),
    path("jobs/<str:name>/resume/", jobs.Resume.as_view()),
    path("jobs/<str:name>/explain/", jobs.Explain.as_view()),
    path("jobs/<str:name>/revisions/", jobs.Revisions.as_view()),
    path("jobs/<str:name>/links/", triggerlinks.TriggerLinks.as_view()),
    path("jobs/<str:name>/links/<int:link_id>/", triggerlinks.OneTriggerLink.as_view()),
    path("start/<str:key>/", triggerlinks.Start.as_view(), name="api-start"),
    path("schedules/", schedules.Schedules.as_view()),
    path("schedules/next/", schedules.Next.as_view()),
    path("schedules/<int:schedule_id>/pause/", schedules.Pause.as_view()),
    path("schedules/<int:schedule_id>/resume/", schedules.Resume.as_view()),
    path("schedules/preview/", schedules.Preview.as_view()),
    path("runs/", runs.Runs.as_view()),
    path("runs/<int:run_id>/", runs.OneRun.as_view()),
    path("runs/<int:run_id>/cancel/", runs.CancelRun.as_view()),
    path("runs/<int:run_id>/retry/", runs.RetryRun.as_view()),
    path("runs/<int:run_id>/events/", runs.Events.as_view()),
    path("runs/<int:run_id>/detached/", runs.Detached.as_view()),
    path("runs/<int:run_id>/detached/<int:number>/stop/", runs.StopDetached.as_view()),
    path("runs/<int:run_id>/samples/", runs.Samples.as_view()),
    path("runs/<int:run_id>/log/", runs.Log.as_view(), name="api-run-log"),
    path("applications/", applications.Applications.as_view()),
    path("applications/<str:name>/", applications.OneApplication.as_view()),
    path("secrets/", secrets.Secrets.as_view()),
    path("secrets/<str:name>/", secrets.OneSecret.as_view()),
    path("tokens/", tokens.Tokens.as_view()),
    path("tokens/<str:key>/", tokens.OneToken.as_view()),
    path("plugins/", plugins.Plugins.as_view()),
    path("quiet/", quiet.Quiet.as_view()),
    path("health/", health.Health.as_view()),
    path("schema/", documents.SchemaDocument.as_view(), name="api-schema"),
    path("docs/", documents.DocsPage.as_view(), name="api-docs"),
    re_path(r"", documents.UnknownAddress.as_view()),
]
