"""The one-way doors: plugins <- jobs.timing <- jobs.models <- jobs.services <- faces, scheduling, execution."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("plugins", "jobs", "client", "mxxsite")
FACES = ("jobs.web", "jobs.api", "jobs.admin", "jobs.management")
MOVERS = ("jobs.scheduling", "jobs.execution")
DJANGO = (
    "django",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "django_htmx",
    "template_partials",
    "django_filters",
)
SCHEDULER = ("apscheduler", "django_apscheduler")


@dataclass(frozen=True)
class Door:
    """Modules in `rooms` import nothing of `never`, other than `but`; modules in `spared` may."""

    says: str
    rooms: tuple[str, ...]
    never: tuple[str, ...]
    broken_by: tuple[str, str]  # a module and a line in it that this door must refuse
    but: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()


def face_door(face: str) -> Door:
    other = next(name for name in FACES if name != face)
    return Door(
        f"{face} imports no other face, nor the keeper or the lifecycle",
        rooms=(face,),
        never=(*(name for name in FACES if name != face), "plugins.lifecycle", "plugins.custody"),
        broken_by=(f"{face}.views", f"from {other} import x"),
    )


DOORS = [
    Door(
        "plugins stands alone",
        rooms=("plugins",),
        never=("jobs", "client", *DJANGO),
        broken_by=("plugins.custody.keeper", "from django.conf import settings"),
    ),
    Door(
        "jobs.timing is pure: no Django, of jobs only itself",
        rooms=("jobs.timing",),
        never=("jobs", "client", *DJANGO),
        but=("jobs.timing",),
        broken_by=("jobs.timing.clock", "from ..models import Run"),
    ),
    Door(
        "jobs.models knows nothing above it",
        rooms=("jobs.models",),
        never=("jobs.services", "client", *MOVERS, *FACES),
        broken_by=("jobs.models.run", "from jobs import services"),
    ),
    Door(
        "jobs.services knows nothing above it",
        rooms=("jobs.services",),
        never=("client", *MOVERS, *FACES),
        broken_by=("jobs.services", "from .execution import supervisor"),
    ),
    Door(
        "scheduling and execution know no face",
        rooms=MOVERS,
        never=("client", *FACES),
        broken_by=("jobs.execution.supervisor", "import jobs.web.views"),
    ),
    *map(face_door, FACES),
    Door(
        "client is a plain HTTP client",
        rooms=("client",),
        never=("jobs", *DJANGO),
        broken_by=("client.main", "import django"),
    ),
    Door(
        "the launcher needs no Django, which is 60 MiB",
        rooms=("jobs.management.launcher",),
        never=("jobs.services", "jobs.models", *DJANGO),
        broken_by=("jobs.management.launcher", "from django.conf import settings"),
    ),
    Door(
        "of client only client.workshop imports the engine",
        rooms=("client",),
        never=("plugins",),
        spared=("client.workshop",),
        broken_by=("client.api", "from plugins import registry"),
    ),
    Door(
        "nobody imports mxxsite",
        rooms=("plugins", "jobs", "client", "manage"),
        never=("mxxsite",),
        broken_by=("manage", "import mxxsite.settings"),
    ),
    Door(
        "only jobs.scheduling imports APScheduler",
        rooms=(*ROOMS, "manage"),
        never=SCHEDULER,
        spared=("jobs.scheduling",),
        broken_by=("jobs.execution.supervisor", "import django_apscheduler.jobstores"),
    ),
    Door(
        "only jobs.execution.celery and mxxsite import Celery",
        rooms=(*ROOMS, "manage"),
        never=("celery",),
        spared=("jobs.execution.celery", "mxxsite"),
        broken_by=("jobs.services.runs", "from celery import shared_task"),
    ),
]


def is_in(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(place + ".") for place in places)


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(node: ast.AST, package: list[str]) -> Iterator[str]:
    """Full names that one statement imports; `from a import b` gives a.b, since b may be a module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        base = [*base, *([node.module] if node.module else [])]
        yield from (".".join([*base, alias.name]) for alias in node.names)


def breaches(door: Door, root: Path) -> list[str]:
    files = [*root.glob("*.py"), *(path for room in ROOMS for path in (root / room).rglob("*.py"))]
    found = []
    for path in files:
        name = module_name(path, root)
        if not is_in(name, door.rooms) or is_in(name, door.spared):
            continue
        package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for target in imported(node, package):
                if is_in(target, door.never) and not is_in(target, door.but):
                    found.append(f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)} imports {target}")
    return found


def write_module(root: Path, name: str, text: str, package: bool = False) -> None:
    path = root.joinpath(*name.split("."))
    path = path / "__init__.py" if package else path.with_suffix(".py")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


by_name = pytest.mark.parametrize("door", DOORS, ids=lambda door: door.says)


@by_name
def test_the_door_holds(door: Door) -> None:
    assert breaches(door, ROOT) == []


@by_name
def test_the_door_refuses_what_it_is_for(door: Door, tmp_path: Path) -> None:
    module, line = door.broken_by
    write_module(tmp_path, module, line)
    assert len(breaches(door, tmp_path)) == 1


@by_name
def test_the_door_lets_a_tidy_house_through(door: Door, tmp_path: Path) -> None:
    write_module(tmp_path, "jobs.timing.grid", "from datetime import UTC\nfrom . import clock\n")
    write_module(
        tmp_path, "jobs.scheduling.store", "import apscheduler.triggers\nfrom jobs import services\n"
    )
    write_module(
        tmp_path, "jobs.web.views", "from django.http import HttpRequest\nfrom jobs.services import runs\n"
    )
    assert breaches(door, tmp_path) == []


@pytest.mark.parametrize(
    "line",
    [
        "from ..web import views",
        "from .. import web",
        "def later():\n    import jobs.web",
        "if TYPE_CHECKING:\n    from jobs.web.views import Page",
    ],
)
@pytest.mark.parametrize("package", [True, False])
def test_no_way_of_importing_slips_past(line: str, package: bool, tmp_path: Path) -> None:
    door = face_door("jobs.api")
    write_module(tmp_path, "jobs.api" if package else "jobs.api.views", line, package)
    assert len(breaches(door, tmp_path)) == 1


def test_every_room_is_really_looked_at() -> None:
    empty = [room for room in ROOMS if not any((ROOT / room).rglob("*.py"))]
    assert empty == []
