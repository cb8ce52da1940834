"""Identifiers that sort by time, and references that survive being read aloud."""

from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import ids

LETTERS = st.sampled_from(ids.ALPHABET)


def test_row_ids_are_version_7_and_sort_by_time(monkeypatch):
    made = [ids.uuid7() for _ in range(50)]
    assert {one.version for one in made} == {7}
    assert [one.int >> 80 for one in made] == sorted(one.int >> 80 for one in made)


def test_a_reference_reads_back_however_it_is_typed():
    made = ids.reference("PB")
    typed = made.lower().replace("0", "o").replace("1", "l").replace("-", "- ", 1)
    assert ids.read_reference(typed) == made


@given(st.integers(0, 7), LETTERS)
def test_one_wrong_character_is_noticed(place, letter):
    made = ids.reference("PB")
    body = made[3:].replace("-", "")
    wrong = body[:place] + letter + body[place + 1 :]
    if wrong != body:
        assert ids.read_reference(f"PB-{wrong[:4]}-{wrong[4:]}") is None


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    read = ids.read_reference(text)
    assert read is None or ids.read_reference(read) == read
