"""The zygote's rehearsal goes the runner's whole way, and leaves nothing behind."""

from __future__ import annotations

import os
import signal

from plugins.custody.rehearsal import rehearse


def test_a_rehearsal_takes_a_job_to_its_end() -> None:
    assert b'"status": "succeeded"' in rehearse()


def test_a_rehearsal_leaves_no_descriptor_and_no_signal_handler() -> None:
    before = os.listdir("/proc/self/fd"), signal.getsignal(signal.SIGUSR1)
    rehearse()
    assert (os.listdir("/proc/self/fd"), signal.getsignal(signal.SIGUSR1)) == before
