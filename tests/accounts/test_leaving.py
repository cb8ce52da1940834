"""What is removed with a person: every column that says whose a row is has been thought of."""

from sqlalchemy import Uuid

from portal.accounts.leaving.service import OWNED
from portal.kernel.db import Base

# Why no row is removed by these.
STAYS = {
    "joining_codes.made_by": "the code is of somebody else, who stays; it ends after 30 days",
    "number_releases.former_id": "the number goes to its next owner all the same, within a day",
    "number_releases.subject_id": "whoever asked, of whom nothing else is known",
    "password_resets.person_id": "it ends after 30 minutes, and opens nothing",
    "password_resets.subject_id": "whoever asked, of whom nothing else is known",
    "people.subject_id": "the same as the id, by which the row goes",
}


def test_each_column_with_a_person_goes_with_the_person_or_has_a_reason_to_stay():
    found = {
        f"{table.name}.{column.name}"
        for table in ours()
        for column in table.columns
        if isinstance(column.type, Uuid) and not column.primary_key and not column.foreign_keys
    }
    goes = {f"{model.__tablename__}.{column.key}" for model, column in OWNED}
    assert found == (goes | set(STAYS)) - {"people.id"}


def ours():
    return [
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("portal.accounts.")
    ]
