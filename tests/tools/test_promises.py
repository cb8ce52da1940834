"""The page of promises and the marks on tests fit together, and what does not is told."""

import pytest

from tools.promises import ROOT, check, promises, proofs

HEAD = "| id | promise | state |\n|---|---|---|\n"


@pytest.fixture
def house(tmp_path):
    """Makes a small repository: rows of the page, and the source of one test file."""

    def make(rows, source=""):
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs" / "promises.md").write_text(HEAD + rows)
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "test_it.py").write_text(source)
        return tmp_path

    return make


def test_our_own_promises_are_in_order():
    assert check() == []


def test_what_a_test_proves_is_no_longer_only_planned():
    planned = {promise.id for promise in promises(ROOT) if promise.state == "planned"}
    assert planned & proofs(ROOT).keys() == set()


def test_every_promise_of_the_four_parts_is_there():
    wanted = {"M": 25, "W": 14, "P": 13, "B": 11}
    expected = [f"{part}{number}" for part, last in wanted.items() for number in range(1, last + 1)]
    assert [promise.id for promise in promises(ROOT)] == expected


def test_marks_of_functions_classes_parameters_and_files_are_found(house):
    root = house(
        "| M1 | One | kept |\n",
        "import pytest\n"
        "pytestmark = pytest.mark.promise('M1')\n"
        "@pytest.mark.promise('M2')\n"
        "def test_two(): ...\n"
        "@pytest.mark.promise('M3')\n"
        "class TestThree:\n"
        "    @pytest.mark.promise('M4')\n"
        "    def test_four(self): ...\n"
        "@pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.promise('M5'))])\n"
        "def test_five(n): ...\n",
    )
    assert proofs(root) == {
        "M1": ["tests/test_it.py"],
        "M2": ["tests/test_it.py::test_two"],
        "M3": ["tests/test_it.py::TestThree"],
        "M4": ["tests/test_it.py::TestThree::test_four"],
        "M5": ["tests/test_it.py::test_five"],
    }


def test_an_unknown_id_is_told(house):
    root = house(
        "| M1 | One | planned |\n",
        "import pytest\n@pytest.mark.promise('M99')\ndef test_it(): ...\n",
    )
    expected = "tests/test_it.py::test_it names M99, which docs/promises.md does not have."
    assert check(root) == [expected]


def test_kept_without_a_test_is_told(house):
    assert check(house("| M1 | One | kept |\n")) == [
        "docs/promises.md calls M1 kept, and no test proves it."
    ]


def test_a_state_that_is_none_and_a_row_that_comes_twice_are_told(house):
    told = check(house("| M1 | One | soon |\n| M1 | One | planned |\n"))
    assert told == [
        "docs/promises.md has M1 twice.",
        "docs/promises.md calls M1 'soon'; it is kept, first form or planned.",
    ]
