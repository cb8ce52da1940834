"""No manifest and no bundle hangs, crashes or takes over the portal: each is refused in words."""

import socket

import pytest

from portal.registry.manifest_faults import MOST_EXPLAINED
from portal.registry.manifests import ManifestDoesNotRead
from portal.registry.uploads.domain import look
from tests.registry.heavy import HEAVY
from tests.registry.hostile import CASES, GOOD
from tests.registry.zips import Entry, zip_of


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Whoever would call somebody fails."""

    def refuse(*_):
        raise AssertionError("something opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_there_are_enough():
    assert len(CASES) >= 150
    assert len({(case.kind, case.content) for case in CASES}) == len(CASES)


@pytest.mark.promise("M18")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_is_refused_with_a_sentence_that_names_the_place(case):
    with pytest.raises(ManifestDoesNotRead) as refused:
        look(case.content, case.kind)
    found = refused.value.found
    assert 0 < len(found) <= MOST_EXPLAINED
    assert any(case.place in fault.place and case.sentence in fault.sentence for fault in found), [
        *found
    ][:5]
    for fault in found:
        assert fault.sentence[-1] in ".?", fault
        assert len(fault.sentence) < 1000
        assert fault.line or fault.place or case.kind == "bundle", fault


def test_what_they_are_made_of_is_taken():
    assert look(GOOD, "json").provider.slug == "tehsil"
    folders = [Entry("translations/", b"", method=0, mode=0o40755)]
    assert look(zip_of(Entry("provider.json", GOOD), *folders), "bundle").bundle


@pytest.mark.parametrize("case", HEAVY, ids=str)
def test_what_is_as_large_as_may_be_is_read_or_refused_in_words(case):
    try:
        looked = look(case.content, case.kind)
    except ManifestDoesNotRead as refused:
        found = refused.found
    else:
        found = looked.warnings
    assert len(found) <= MOST_EXPLAINED
    assert all(len(fault.sentence) < 1000 for fault in found)
