"""Asking a Windows program with windows to end: what a click on its cross does. Never run on Windows yet."""

from __future__ import annotations

import sys

WM_CLOSE = 0x10


def close_windows_of(pid: int) -> bool:
    """Post WM_CLOSE to each of its visible top windows; False when it has none."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        user32 = ctypes.WinDLL("user32", use_last_error=True)
        Visitor = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
        closed: list[int] = []

        def visit(window: int, _: int) -> bool:
            owner = wintypes.DWORD()
            user32.GetWindowThreadProcessId(wintypes.HWND(window), ctypes.byref(owner))
            if owner.value == pid and user32.IsWindowVisible(wintypes.HWND(window)):
                user32.PostMessageW(wintypes.HWND(window), WM_CLOSE, 0, 0)
                closed.append(window)
            return True

        user32.EnumWindows(Visitor(visit), 0)
        return bool(closed)
    else:
        return False
