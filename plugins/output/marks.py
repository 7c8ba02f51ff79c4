"""Where in a segment file an offset stands, remembered while it is read: a follower reads only what is new.

A segment is only ever appended to, so a mark stays true. Its first header tells the moment of its first record: another
file of the same name, of a run whose id was given out again, is never taken for it.
"""

from __future__ import annotations

from _thread import allocate_lock  # threading would cost every fork of the zygote 0.2 ms
from bisect import bisect_right
from collections import OrderedDict

Mark = tuple[int, int]
"""(offset of output, position in the file), both at the beginning of a record."""
APART = 16 * 1024
MOST_FILES = 64


class Marks:
    """Of the segments that were read last. Any number of threads."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[str, bytes], list[Mark]] = OrderedDict()
        self._lock = allocate_lock()

    def before(self, path: str, first: bytes, start: int, offset: int) -> Mark:
        """The nearest one that is not behind the offset. first: the header of the file; start: offset of its first byte."""
        with self._lock:
            marks = self._files.get((path, first))
            if not marks:
                return (start, 0)
            self._files.move_to_end((path, first))
            index = bisect_right(marks, (offset, 1 << 62))
            return marks[index - 1] if index else (start, 0)

    def keep(self, path: str, first: bytes, mark: Mark) -> None:
        """The last one moves on until it is far enough from the one before it."""
        with self._lock:
            marks = self._files.setdefault((path, first), [])
            if not marks or mark > marks[-1]:
                if len(marks) > 1 and marks[-1][1] - marks[-2][1] < APART:
                    marks.pop()
                marks.append(mark)
            while len(self._files) > MOST_FILES:
                self._files.popitem(last=False)
