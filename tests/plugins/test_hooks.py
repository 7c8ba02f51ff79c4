from __future__ import annotations

from plugins import hooks
from plugins.base import Plugin
from plugins.hooks import CONTRACT, POINTS, hook, hooks_of


class Base(Plugin):
    @hook("action", priority=100)
    def start(self, run: object) -> None: ...

    @hook("pre_action")
    @hook("post_action", priority=-5)
    def twice(self) -> None: ...

    def not_a_hook(self) -> None: ...


class Child(Base):
    @hook("action")
    def start(self, run: object) -> None: ...

    @hook("on_error")
    def tell(self, run: object, error: BaseException) -> None: ...


def told(cls: type[Plugin]) -> list[tuple[str, int, str]]:
    return [(found.point, found.priority, found.method) for found in hooks_of(cls)]


def test_every_point_of_the_contract_says_what_it_means() -> None:
    assert [point.__name__ for point in CONTRACT if not point.__doc__] == []
    assert set(POINTS) <= set(vars(hooks))


def test_a_mark_gives_point_priority_and_method() -> None:
    assert ("action", 100, "start") in told(Base)


def test_one_method_may_serve_several_points() -> None:
    assert {("post_action", -5, "twice"), ("pre_action", 0, "twice")} <= set(told(Base))


def test_unmarked_methods_are_no_hooks() -> None:
    assert "not_a_hook" not in [method for _, _, method in told(Base)]


def test_hooks_are_inherited_and_may_be_replaced() -> None:
    assert told(Child) == [
        ("action", 0, "start"),
        ("post_action", -5, "twice"),
        ("pre_action", 0, "twice"),
        ("on_error", 0, "tell"),
    ]


def test_a_hook_knows_the_arguments_it_asks_for() -> None:
    assert {found.method: found.arguments for found in hooks_of(Child)} == {
        "start": ("run",),
        "twice": (),
        "tell": ("run", "error"),
    }
