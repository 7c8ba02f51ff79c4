"""What Windows calls take and give back, in types of fixed width: their sizes are tested on every platform."""

from __future__ import annotations

import ctypes
from ctypes import c_int64, c_size_t, c_uint32, c_uint64

KILL_ON_JOB_CLOSE = 0x2000
BASIC_ACCOUNTING, BASIC_PROCESS_ID_LIST, EXTENDED_LIMITS = 1, 3, 9
"""Classes of information of a job."""


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION, 64 bytes."""

    _fields_ = (
        ("PerProcessUserTimeLimit", c_int64),
        ("PerJobUserTimeLimit", c_int64),
        ("LimitFlags", c_uint32),
        ("MinimumWorkingSetSize", c_size_t),
        ("MaximumWorkingSetSize", c_size_t),
        ("ActiveProcessLimit", c_uint32),
        ("Affinity", c_size_t),
        ("PriorityClass", c_uint32),
        ("SchedulingClass", c_uint32),
    )


class IoCounters(ctypes.Structure):
    _fields_ = tuple(
        (name, c_uint64)
        for name in ("ReadOps", "WriteOps", "OtherOps", "ReadBytes", "WriteBytes", "OtherBytes")
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, 144 bytes."""

    _fields_ = (
        ("Basic", BasicLimits),
        ("Io", IoCounters),
        ("ProcessMemoryLimit", c_size_t),
        ("JobMemoryLimit", c_size_t),
        ("PeakProcessMemoryUsed", c_size_t),
        ("PeakJobMemoryUsed", c_size_t),
    )


class Accounting(ctypes.Structure):
    """JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, 48 bytes."""

    _fields_ = (
        ("TotalUserTime", c_int64),
        ("TotalKernelTime", c_int64),
        ("ThisPeriodTotalUserTime", c_int64),
        ("ThisPeriodTotalKernelTime", c_int64),
        ("TotalPageFaultCount", c_uint32),
        ("TotalProcesses", c_uint32),
        ("ActiveProcesses", c_uint32),
        ("TotalTerminatedProcesses", c_uint32),
    )


class ProcessIds(ctypes.Structure):
    """JOBOBJECT_BASIC_PROCESS_ID_LIST without its array, which follows it: pointers, so aligned like one."""

    _fields_ = (("Assigned", c_uint32), ("Listed", c_uint32))


class FileTime(ctypes.Structure):
    """100 nanoseconds since 1601."""

    _fields_ = (("Low", c_uint32), ("High", c_uint32))

    @property
    def ticks(self) -> int:
        return (int(self.High) << 32) | int(self.Low)
