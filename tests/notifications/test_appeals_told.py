"""The outcome of an appeal and what the application is now are told in one message."""

from functools import partial

import pytest
import time_machine
from sqlalchemy import select

from portal.applications import jobs
from portal.applications.appeals import service as appeals
from portal.kernel.db import db
from portal.notifications.inbox import service as inbox
from portal.post.models import Message
from tests.accounts.factories import make_person
from tests.applications.appealing import MONDAY, asks, decides, department, fresh
from tests.applications.test_appeals import LATER
from tests.applications.workflows import act, an_officer, sent
from tests.jobs import run_jobs


@pytest.fixture
def now(app):
    with time_machine.travel(MONDAY, tick=True) as clock:
        yield clock


@pytest.fixture
def person(app):
    return make_person()


@pytest.fixture
def case(now, person):
    department()
    return sent(person)


@pytest.fixture
def commissioner(app):
    return an_officer("commissioner", name="Commissioner Bedi")


def told_of(person, act):
    """The titles of what the person was told by this act, in the inbox and by mail."""
    run_jobs()
    before = {row.id for row in inbox.listed(person.id)}
    mails = len(db.session.scalars(select(Message.id)).all())
    act()
    run_jobs()
    db.session.expire_all()
    rows = [row for row in inbox.listed(person.id) if row.id not in before]
    assert len(db.session.scalars(select(Message.id)).all()) == mails + len(rows)
    return [(row.kind, row.words.title.partition(": ")[2], row.words.body) for row in rows]


@pytest.mark.parametrize(
    ("outcome", "title", "body"),
    [
        ("uphold", "your appeal is decided", "the decision stands"),
        ("set_aside", "the provider must decide again", "set aside"),
        ("allow_in_part", "you are right in part", "as the authority's reasons say"),
        ("grant", "approved on your appeal", "is approved"),
    ],
)
def test_of_a_refusal_one_message_tells_both(case, person, commissioner, outcome, title, body):
    head = an_officer("head", name="Head Rana")
    act(case, head, "refuse", "head", reason={"en": "Too much income."})
    made = asks(case)
    ((kind, said, text),) = told_of(person, lambda: decides(made, commissioner, outcome))
    assert (kind, said) == ("decisions", title)
    assert body in text


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        ("uphold", "your appeal is decided"),
        ("set_aside", "the provider must decide now"),
        ("grant", "approved on your appeal"),
    ],
)
def test_of_lateness_too(case, person, commissioner, now, outcome, title):
    now.move_to(LATER)
    jobs.open_appeals()
    db.session.commit()
    (made,) = appeals.of(fresh(case))
    told = told_of(person, lambda: decides(made, commissioner, outcome))
    assert [one[1] for one in told] == [title]


def test_two_appeals_that_end_alike_are_told_twice(case, person, commissioner):
    head = an_officer("head", name="Head Rana")
    for judge in (commissioner, an_officer("commissioner", name="Commissioner Gill")):
        act(fresh(case), head, "refuse", "head", reason={"en": "Too much income."})
        made = asks(case)
        decided = partial(decides, made, judge, "set_aside")
        assert len(told_of(person, decided)) == 1
