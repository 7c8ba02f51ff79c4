"""Which plugins there are: built in, in the home, from installed packages; and what becomes of those that clash."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from plugins.exceptions import BadInput
from tests.plugins.customs import NATIVE, ROOT, Home, Started, action, native


def test_a_plugin_file_stands_in_the_catalog_beside_the_built_in_ones(home: Home) -> None:
    file = home.write("backup.py", native("backup", "def __init__(self, target: str, keep: int = 7): ..."))
    found = home.catalog()["backup"]
    assert (found.builtin, found.error, found.path, found.cls) == (False, None, str(file), "Made")
    assert [(option.name, option.required, option.default) for option in found.options] == [
        ("target", True, None),
        ("keep", False, 7),
    ]
    assert found.hooks == [{"point": "action", "priority": 0, "method": "act"}]
    assert home.catalog()["os"].builtin


def test_its_code_is_never_imported_here(home: Home) -> None:
    home.write("backup.py", native("backup"))
    home.catalog()
    assert not [name for name in sys.modules if name.startswith(("mxx_plugins", "mxx."))]


def test_a_home_without_a_plugins_folder_has_the_built_in_ones(tmp_path: Path) -> None:
    catalog = Home(tmp_path).catalog()
    assert all(plugin.builtin for plugin in catalog.values())
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("name", ["_helper.py", ".#backup.py", "backup.py.bak", "notes.txt", "__init__.py"])
def test_other_files_are_no_plugins(home: Home, name: str) -> None:
    home.write(name, native("backup"))
    assert "backup" not in home.catalog()


def test_every_class_of_a_file_is_a_plugin_but_bases_are_not(home: Home) -> None:
    one, two = ('class One(Base):\n    name = "one"', 'class Two(Base):\n    name = "two"')
    hidden = 'class _Three(Base):\n    name = "three"'
    home.write("many.py", f"{NATIVE}class Base(Plugin):{action('pass')}\n{one}\n{two}\n{hidden}\n")
    assert {name for name, found in home.catalog().items() if not found.builtin} == {"one", "two"}
    assert home.catalog()["one"].error is None


def test_a_helper_beside_a_plugin_can_be_imported(home: Home) -> None:
    home.write("_shared.py", "KEEP = 12\n")
    home.write(
        "backup.py", "from _shared import KEEP\n" + native("backup", "def __init__(self, keep=KEEP): ...")
    )
    assert home.catalog()["backup"].options[0].default == 12


@pytest.mark.parametrize("name", ["json", "os", "pydantic", "plugins", "my plugin", "5"])
def test_the_name_of_a_file_stands_in_for_no_library(home: Home, name: str) -> None:
    home.write(f"{name}.py", "import json\nX = json.dumps([])\n" + native("backup"))
    assert home.catalog()["backup"].error is None


def test_nothing_is_ever_written_into_the_plugins_folder(home: Home) -> None:
    home.write("_shared.py", "KEEP = 12\n")
    home.write("backup.py", "import _shared\n" + native("backup", line="print('done')"))
    assert home.run("[backup]")[0] == "succeeded"
    assert sorted(file.name for file in home.plugins.iterdir()) == ["_shared.py", "backup.py"]


# ---- inspected once


def test_a_known_file_costs_no_process(home: Home) -> None:
    home.write("backup.py", native("backup"))
    home.write("broken.py", "x = 1 /")
    first = home.catalog()
    with Started() as started:
        assert home.catalog() is first
    assert started.count == 0


def test_an_edit_counts_at_once(home: Home) -> None:
    file = home.write("backup.py", native("backup", "def __init__(self, keep: int = 1): ..."))
    before = home.catalog()
    facts = file.stat()
    home.write("backup.py", native("backup", "def __init__(self, keep: int = 2): ..."))
    os_times = (facts.st_atime_ns, facts.st_mtime_ns)
    __import__("os").utime(file, ns=os_times)  # same size, same time: only the content differs
    assert home.catalog()["backup"].options[0].default == 2
    assert home.catalog().fingerprint != before.fingerprint


def test_an_edit_of_a_helper_counts_at_once(home: Home) -> None:
    home.write("_shared.py", "KEEP = 1\n")
    home.write(
        "backup.py", "from _shared import KEEP\n" + native("backup", "def __init__(self, keep=KEEP): ...")
    )
    assert home.catalog()["backup"].options[0].default == 1
    home.write("_shared.py", "KEEP = 2\n")
    assert home.catalog()["backup"].options[0].default == 2


def test_a_deleted_file_is_gone_at_once(home: Home) -> None:
    file = home.write("backup.py", native("backup"))
    assert "backup" in home.catalog()
    file.unlink()
    assert "backup" not in home.catalog()


def in_a_fresh_process(home: Home) -> list[str]:
    """How many processes a fresh one starts to know the catalog, and the names of the custom plugins."""
    code = (
        "import sys; from pathlib import Path; from plugins import registry\n"
        "started = []\n"
        "sys.addaudithook(lambda event, _: started.append(1) if event == 'subprocess.Popen' else None)\n"
        "found = registry.catalog(Path(sys.argv[1]))\n"
        "print(len(started), *(name for name in found if not found[name].builtin))"
    )
    words = [sys.executable, "-c", code, str(home.path)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()


def test_the_next_start_knows_what_was_inspected(home: Home) -> None:
    home.write("backup.py", native("backup"))
    assert in_a_fresh_process(home) == ["1", "backup"]
    assert in_a_fresh_process(home) == ["0", "backup"]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"x": 1}', '{"x": {"plugins": []}}'])
def test_a_spoilt_memory_is_made_anew(home: Home, text: str, caplog: pytest.LogCaptureFixture) -> None:
    store = home.path / "cache" / "plugins.json"
    store.parent.mkdir()
    store.write_text(text)
    home.write("backup.py", native("backup"))
    assert home.catalog()["backup"].error is None
    assert len(json.loads(store.read_text())) == 1


def test_a_home_that_cannot_be_written_still_has_its_plugins(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    (home.path / "cache").write_text("a file where the folder would be")
    home.write("backup.py", native("backup"))
    assert home.catalog()["backup"].error is None
    assert "cannot be written" in caplog.text


# ---- broken ones


def test_a_broken_file_stands_under_the_names_that_it_seems_to_hold(home: Home) -> None:
    home.write("files.py", native("backup") + "\nimport nowhere_to_be_found\n")
    assert home.catalog()["backup"].error == {
        "file": str(home.plugins / "files.py"),
        "line": 12,
        "message": home.error("backup"),
    }


def test_a_broken_file_without_a_name_stands_under_its_own(home: Home) -> None:
    home.write("files.py", "x = 1 /\n")
    assert "SyntaxError" in home.error("files")


def test_a_wrong_class_does_not_spoil_the_other_of_its_file(home: Home) -> None:
    home.write("two.py", native("good") + '\nclass Bad(Plugin):\n    name = "bad"\n')
    assert home.catalog()["good"].error is None
    assert "class Bad has no hook" in home.error("bad")


def test_two_files_with_one_name_are_both_refused_and_both_named(home: Home) -> None:
    home.write("a.py", native("backup"))
    home.write("b.py", native("backup"))
    assert "a.py and b.py" in home.error("backup")


def test_a_built_in_stays_and_the_file_that_takes_its_name_is_refused(home: Home) -> None:
    home.write("mine.py", native("os"))
    assert home.catalog()["os"].builtin
    assert "is called 'os', and so is a built-in plugin: rename it" in home.error("mine")


def test_that_file_is_shown_even_when_its_own_name_is_taken_too(home: Home) -> None:
    home.write("os.py", native("os"))
    assert home.catalog()["os"].builtin
    assert "built-in" in home.error("os.py")


def test_a_plugins_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "plugins").write_text("")
    assert "cannot be read" in Home(tmp_path).error("plugins")


def test_what_cannot_be_loaded_is_logged_once_with_file_and_line(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.write("backup.py", "x = 1\ny = nothing\n")
    for _ in range(3):
        home.catalog()
    assert caplog.text.count("[backup] cannot be loaded: backup.py, line 2: NameError") == 1


# ---- what a job may say


def refusal(home: Home, text: str) -> str:
    with pytest.raises(BadInput) as caught:
        home.check(text)
    return str(caught.value)


def test_the_options_of_a_custom_plugin_are_checked_on_save(home: Home) -> None:
    home.write("backup.py", native("backup", "def __init__(self, keep: int): ..."))
    assert "backup.keep: must be a whole number" in refusal(home, '[backup]\nkeep = "all"')
    assert "did you mean keep?" in refusal(home, "[backup]\nkep = 5")
    assert home.check("[backup]\nkeep = 5").sources == {"backup": str(home.plugins / "backup.py")}


def test_a_section_of_a_broken_plugin_is_refused_with_file_and_line(home: Home) -> None:
    home.write("backup.py", "x = 1\ny = nothing\n")
    told = refusal(home, "[backup]")
    assert "[backup] cannot be loaded: backup.py, line 2: NameError: name 'nothing' is not defined" in told


def test_a_near_miss_of_a_custom_name_is_told(home: Home) -> None:
    home.write("backup.py", native("backup"))
    assert "did you mean [backup]?" in refusal(home, "[bakcup]")


def test_what_a_plugin_requires_must_stand_in_the_job(home: Home) -> None:
    home.write("backup.py", native("backup", 'requires = ("lifetime",)'))
    assert "[backup] needs [lifetime] in the same job" in refusal(home, "[backup]")
    assert home.check("[backup]\n[lifetime]\nlifetime = 5")


def test_unknown_options_of_a_plugin_that_takes_any_are_accepted_with_a_warning(home: Home) -> None:
    home.write("backup.py", native("backup", "def __init__(self, keep=1, **more): ..."))
    checked = home.check("[backup]\nkepp = 5\nkeep = 2")
    assert checked.calls[0].options == {"kepp": 5, "keep": 2}
    assert checked.warnings == ["backup.kepp: [backup] takes it, but knows nothing of it; did you mean keep?"]
