"""The plugins that job files may name."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from plugins import registry
from plugins.jobfile import JobFile
from plugins.words import RESERVED


def plugin_catalog(used_by: JobFile | None = None) -> registry.Catalog:
    """Every plugin by name, broken ones too: built in, in MXX_HOME/plugins, and of installed packages.

    used_by: a job file; where it names built-in plugins only, the custom ones are not looked at, so that a broken
    or slow one is in nobody's way. A custom file that is new or changed costs a child process, else a millisecond.
    """
    built_in = registry.catalog()
    if used_by is not None and all(key in built_in for key in used_by.config if key not in RESERVED):
        return built_in
    return registry.catalog(Path(settings.MXX_HOME))
