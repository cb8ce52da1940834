"""Sealed columns on a real database: what the table holds, and where a value opens."""

import pytest
from sqlalchemy import text

from portal.accounts.people.models import Person
from portal.kernel import keys
from portal.kernel.crypto import CannotOpen
from portal.kernel.db import db
from tests.accounts.factories import make_person

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def two():
    people = [make_person(name="Asha Devi"), make_person(name="Ravi Kumar")]
    db.session.commit()
    return [db.session.get_one(Person, person.id) for person in people]


@pytest.mark.promise("M19")
def test_the_table_holds_no_plain_text(two):
    rows = db.session.execute(text("SELECT people::text FROM people")).scalars().all()
    told = " ".join(rows) + bytes.fromhex("".join(rows).encode().hex()).decode("utf-8", "ignore")
    assert "Asha" not in told
    assert b"Asha".hex() not in told


def test_a_value_moved_to_another_row_does_not_open(two):
    one, other = two
    other.subject_id, other.name_sealed = one.subject_id, one.name_sealed
    with pytest.raises(CannotOpen):
        _ = other.name


def test_nothing_opens_after_the_key_was_destroyed(two):
    one, other = two
    keys.erase(one.subject_id)
    db.session.commit()
    with pytest.raises(keys.Erased):
        _ = one.name
    assert other.name == "Ravi Kumar"


def test_many_subjects_open_by_one_query(two, queries):
    db.session.info.clear()
    with queries() as told:
        keys.preload([person.subject_id for person in two])
        assert [person.name for person in two] == ["Asha Devi", "Ravi Kumar"]
    assert len(told) == 1
