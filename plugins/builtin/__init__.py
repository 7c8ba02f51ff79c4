"""The plugins that come with MXX: one file, one plugin."""

from __future__ import annotations

BUILTIN_MODULES = {
    "lifetime": "lifetime",
    "os": "os_exec",
    "app": "app",
}
"""The module of each plugin. The zygote imports them all before any run: heavy imports belong into the methods."""
