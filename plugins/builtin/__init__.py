"""The plugins that come with MXX: one file, one plugin."""

from __future__ import annotations

BUILTIN_MODULES = {
    "lifetime": "lifetime",
    "os": "os_exec",
    "app": "app",
    "ld": "ld",
    "mxxrun": "mxxrun",
    "mxxset": "mxxset",
    "http": "http",
    "env": "env",
    "once": "once",
    "single": "single",
    "cpu_below": "cpu_below",
    "file_exists": "file_exists",
    "process_running": "process_running",
    "time_between": "time_between",
}
"""The module of each plugin. The zygote imports them all before any run: heavy imports belong into the methods."""
