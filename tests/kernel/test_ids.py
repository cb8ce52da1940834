"""Identifiers that sort by time, and references that survive being read aloud."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import time_machine
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel import ids

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LETTERS = st.sampled_from(ids.ALPHABET)


def test_row_ids_are_version_7_and_sort_as_they_were_made():
    with time_machine.travel(NOON, tick=False):
        made = [ids.uuid7() for _ in range(5000)]
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}
    assert made == sorted(set(made))


def test_row_ids_of_several_threads_are_all_different():
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: ids.uuid7(), range(2000)))
    assert len(set(made)) == 2000


def test_row_ids_follow_the_clock_when_it_is_set():
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        late = ids.uuid7()
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        early = ids.uuid7()
    assert early < late
    assert late.int >> 80 == int((NOON + timedelta(days=2)).timestamp() * 1000)


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
