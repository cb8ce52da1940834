"""Collecting, keeping, compiling and checking the words of pages."""

import gettext
import os
import re

import pytest

from portal.i18n.catalogues import TRANSLATED, faults, file_of
from tools import catalogues

SOURCE = """
from portal.i18n import gettext as _, ngettext, lazy_gettext as _l
from portal.kernel.errors import N_
A = N_("An error")
B = _l("Lazy")
C = _("Due %(day)s", day=1)
D = ngettext("One file", "%(n)s files", 2)
"""
ENTRY = 'msgid "{0}"\nmsgstr "{1}"\n'


@pytest.fixture
def root(tmp_path):
    """A small portal with words in Python and in a template."""
    room = tmp_path / "portal" / "room" / "templates"
    room.mkdir(parents=True)
    (room.parent / "views.py").write_text(SOURCE)
    (room / "page.html").write_text("<p>{{ _('On a page') }}</p>{% trans %}x{% endtrans %}")
    (tmp_path / "babel.cfg").write_text((catalogues.ROOT / "babel.cfg").read_text())
    catalogues.extract(tmp_path)
    catalogues.update(tmp_path)
    return tmp_path


def file(root, code="ur"):
    return file_of(root / "translations", code)


def put(root, words, said, code="ur"):
    """Translate one message."""
    path = file(root, code)
    found = ENTRY.format(words, "")
    assert found in path.read_text()
    path.write_text(path.read_text().replace(found, ENTRY.format(words, said)))


def translate_all(root):
    for code in TRANSLATED:
        path = file(root, code)
        told = re.sub(r'msgid "([^"]+)"\nmsgstr ""', r'msgid "\1"\nmsgstr "\1"', path.read_text())
        path.write_text(told.replace('[0] ""', '[0] "x"').replace('[1] ""', '[1] "%(n)s x"'))


def wrong(root):
    return [fault for fault in catalogues.check(root) if "/ur/" in fault]


def test_every_way_to_mark_a_word_is_collected(root):
    template = (root / "translations" / "messages.pot").read_text()
    words = ("An error", "Lazy", "Due %(day)s", "One file", "%(n)s files", "On a page")
    for one in words:
        assert f'"{one}"' in template


def test_files_hold_no_dates_and_no_line_numbers(root):
    for path in (root / "translations").rglob("*.po*"):
        assert not re.search(r"\d{4}-\d\d|\.py:\d|\.html:\d", path.read_text())


def test_collecting_again_changes_no_file(root):
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*.po*")}
    catalogues.extract(root)
    catalogues.update(root)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*.po*")} == before


def test_translations_stay_when_words_come_and_go(root):
    put(root, "Lazy", "سست")
    views = root / "portal" / "room" / "views.py"
    views.write_text(views.read_text().replace("An error", "Another error"))
    catalogues.extract(root)
    catalogues.update(root)
    told = file(root).read_text()
    assert "سست" in told
    assert "Another error" in told
    assert "An error" not in told


def test_all_is_well_when_every_word_is_translated(root):
    translate_all(root)
    assert catalogues.check(root) == []


def test_a_missing_translation_is_named(root):
    translate_all(root)
    path = file(root)
    path.write_text(path.read_text().replace('msgstr "Lazy"', 'msgstr ""'))
    assert wrong(root) == [
        "translations/ur/LC_MESSAGES/messages.po: 'Lazy' has no translation (اردو)."
    ]


@pytest.mark.parametrize("said", ["Due", "Due %(date)s", "Due %(day)s %(n)s", "Due %(day)s 5%"])
def test_a_lost_or_strange_place_is_named(root, said):
    translate_all(root)
    path = file(root)
    path.write_text(path.read_text().replace('msgstr "Due %(day)s"', f'msgstr "{said}"'))
    (fault,) = wrong(root)
    assert said in fault


def test_one_of_a_kind_may_leave_its_number_out(root):
    translate_all(root)
    assert '[0] "x"' in file(root).read_text()
    assert wrong(root) == []


def test_a_guess_does_not_count(root):
    translate_all(root)
    path = file(root)
    told = path.read_text()
    path.write_text(told.replace('msgid "Lazy"', '#, fuzzy\nmsgid "Lazy"'))
    (fault,) = wrong(root)
    assert "fuzzy" in fault


def test_words_that_were_not_collected_are_noticed(root):
    translate_all(root)
    (root / "portal" / "room" / "more.py").write_text("_('A new word')")
    assert catalogues.check(root) == ["The words of the pages have changed. Run: make messages"]


def test_a_file_that_cannot_be_read_is_named(root):
    file(root).write_bytes(b'msgid "\xff')
    assert any("cannot be read" in fault for fault in wrong(root))


def test_what_is_compiled_can_be_looked_up(root):
    translate_all(root)
    catalogues.compile_all(root)
    with file(root).with_suffix(".mo").open("rb") as made:
        spoken = gettext.GNUTranslations(made)
    assert spoken.ngettext("One file", "%(n)s files", 1) == "x"
    assert spoken.ngettext("One file", "%(n)s files", 2) == "%(n)s x"


def test_only_what_is_older_is_compiled(root):
    catalogues.compile_all(root)
    made = file(root).with_suffix(".mo")
    os.utime(made, (2**31, 2**31))
    catalogues.compile_all(root)
    assert made.stat().st_mtime == 2**31


def test_every_word_of_the_portal_is_there_in_every_language():
    assert list(faults(catalogues.ROOT)) == []
