"""`python -m client`, and `python /path/to/client`: what the launchers mxx-cli and mxx-client start."""

from __future__ import annotations

import os
import sys


def run() -> None:
    if not __package__:  # started by path: the folder of this file stands where the checkout should
        sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    from client.main import main

    main()


if __name__ == "__main__":
    run()
