"""The report on our code counts what a reader reads."""

import pytest

from tools.metrics import is_typed, late_imports, read, report

SOURCE = '''"""A module."""

from portal import kernel


# a comment
def short(first: int, *rest: str) -> int:
    """A docstring
    of two lines.
    """
    from portal.kernel import clock

    return first


class Bare:
    def method(self, argument):
        return argument
'''


@pytest.fixture
def root(tmp_path):
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "module.py").write_text(SOURCE)
    return tmp_path


def test_comments_docstrings_and_blank_lines_are_no_code(root):
    (module,) = read(root, ["portal"])
    assert len(module.lines) == 7
    assert [module.length(function) for function in module.functions] == [3, 2]


def test_a_function_is_typed_when_every_argument_and_its_answer_is(root):
    (module,) = read(root, ["portal"])
    assert [is_typed(function) for function in module.functions] == [True, False]


def test_imports_inside_functions_are_named(root):
    (module,) = read(root, ["portal"])
    assert list(late_imports(module)) == ["portal/module.py:11 portal.kernel"]


def test_the_report_says_it_all(root):
    said = "\n".join(report(root))
    assert "typed functions  50.0 %" in said
    assert "late imports     1" in said
