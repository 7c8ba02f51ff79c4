"""A keeper, started cold, that also knows the plugins in a folder (argv: FOLDER, CODE to run first)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from plugins import builtin
from plugins.custody import keeper

if folder := sys.argv[1]:
    builtin.__path__.append(folder)
    builtin.BUILTIN_MODULES.update({path.stem: path.stem for path in Path(folder).glob("*.py")})

exec(sys.argv[2])
keeper.main()
