"""Many HTTP clients at once, each on a connection of its own: as light as they can be, for they share the machine."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Path = Callable[[int, int], str]
"""client and request number -> path"""
Heard = Callable[[int, str, bytes], float]
"""client, head in small letters and body of its answer -> seconds from one request of it to the next"""


@dataclass
class Seen:
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    bytes: int = 0

    @property
    def errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status not in ("200", "204", "286"))


@dataclass(frozen=True)
class Asking:
    """headers: of each client, with line ends. every: seconds from one request of a client to its next; 0: as soon as it has
    its answer; `heard` may say otherwise after each."""

    port: int
    path: Path
    headers: Callable[[int], str]
    every: float = 0.0
    heard: Heard | None = None

    def head(self, client: int, count: int) -> bytes:
        line = f"GET {self.path(client, count)} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        return f"{line}{self.headers(client)}\r\n".encode()


def ask_all(asking: Asking, *, clients: int, seconds: float) -> Seen:
    return asyncio.run(_all(asking, clients, seconds))


async def _all(asking: Asking, clients: int, seconds: float) -> Seen:
    seen, end = Seen(), time.perf_counter() + seconds
    await asyncio.gather(*(_client(asking, number, clients, end, seen) for number in range(clients)))
    return seen


async def _client(asking: Asking, number: int, clients: int, end: float, seen: Seen) -> None:
    await asyncio.sleep(asking.every * number / clients)  # not all in the same instant
    reader, writer = await asyncio.open_connection("127.0.0.1", asking.port)
    count = 0
    while (began := time.perf_counter()) < end:
        try:
            writer.write(asking.head(number, count))
            status, head, body = await asyncio.wait_for(_answer(reader), 60)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            seen.statuses[type(error).__name__] += 1
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", asking.port)
            continue
        took, count = time.perf_counter() - began, count + 1
        seen.seconds.append(took)
        seen.statuses[status] += 1
        seen.bytes += len(body)
        pause = asking.heard(number, head, body) if asking.heard else asking.every
        await asyncio.sleep(max(0.0, pause - took))
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    """(status, head, body as it travelled)"""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = head.split(" ", 2)[1]
    for line in head.split("\r\n"):
        name, _, value = line.partition(": ")
        if name == "content-length":
            return status, head, await reader.readexactly(int(value))
        if name == "transfer-encoding":
            return status, head, await _chunks(reader)
    return status, head, b""


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append((await reader.readexactly(size + 2))[:size])
    await reader.readexactly(2)
    return b"".join(parts)
