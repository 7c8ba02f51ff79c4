from __future__ import annotations

import json
import selectors
import socket
from typing import Any

from plugins.custody.line import Line


def test_a_runner_that_listens_no_more_is_still_heard_to_its_last_word() -> None:
    """A program ends while the runner exits: telling the runner fails, and must not cost what it said before."""
    ours, theirs = socket.socketpair()
    heard: list[dict[str, Any]] = []
    with selectors.DefaultSelector() as selector:
        line = Line(ours, selector, heard.append, lambda error: None)
        theirs.sendall(json.dumps({"kind": "done"}).encode() + b"\n")
        theirs.close()
        line.say(kind="exited", number=1, code=0)
        line.say(kind="gone", number=1)
        line.last_words()
    assert heard == [{"kind": "done"}]
