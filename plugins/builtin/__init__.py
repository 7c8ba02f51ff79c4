"""The plugins that come with MXX: one file, one plugin."""

from __future__ import annotations

BUILTIN_MODULES = ("lifetime", "os_exec", "app")
