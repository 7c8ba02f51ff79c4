"""Many HTTP clients at once, each on a connection of its own: as light as they can be, for they share the machine."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Path = Callable[[int, int], str]
"""client and request number -> path"""


@dataclass
class Seen:
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    bytes: int = 0

    @property
    def errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status not in ("200", "204", "286"))


def ask_all(port: int, *, clients: int, seconds: float, path: Path, headers: str, every: float = 0.0) -> Seen:
    """every: seconds from one request of a client to its next; 0: as soon as it has its answer. headers: with line ends."""
    return asyncio.run(_all(port, clients, seconds, path, headers, every))


async def _all(port: int, clients: int, seconds: float, path: Path, headers: str, every: float) -> Seen:
    seen, end = Seen(), time.perf_counter() + seconds
    await asyncio.gather(
        *(_client(port, number, clients, end, path, headers, every, seen) for number in range(clients))
    )
    return seen


async def _client(
    port: int, number: int, clients: int, end: float, path: Path, headers: str, every: float, seen: Seen
) -> None:
    await asyncio.sleep(every * number / clients)  # not all in the same instant
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while (began := time.perf_counter()) < end:
        head = f"GET {path(number, count)} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n"
        try:
            writer.write(head.encode())
            status, size = await asyncio.wait_for(_answer(reader), 60)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            seen.statuses[type(error).__name__] += 1
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        took, count = time.perf_counter() - began, count + 1
        seen.seconds.append(took)
        seen.statuses[status] += 1
        seen.bytes += size
        await asyncio.sleep(max(0.0, every - took))
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[str, int]:
    """(status, bytes of the body as they travelled)"""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = head.split(" ", 2)[1]
    for line in head.split("\r\n"):
        name, _, value = line.partition(": ")
        if name == "content-length":
            return status, len(await reader.readexactly(int(value)))
        if name == "transfer-encoding":
            return status, await _chunks(reader)
    return status, 0


async def _chunks(reader: asyncio.StreamReader) -> int:
    total = 0
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
        total += size
    await reader.readexactly(2)
    return total
