"""Drafts: begun once, saved by page, let go."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import text

from portal.files import service as files
from portal.forms import service
from portal.forms.service import NoSuchDraft
from portal.kernel import clock, keys
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from portal.kernel.room import Filled
from tests.accounts.threads import at_once
from tests.files.samples import pdf

KNOWN = {
    "name": Filled("Asha", {"en": "your profile"}),
    "phone": Filled("1", {"en": "your profile"}),
}


@pytest.fixture
def subject(app):
    found = keys.new_subject()
    db.session.commit()
    return found


@pytest.fixture
def draft(subject):
    made = service.begin(subject, subject, "a/b", uuid7(), KNOWN)
    db.session.commit()
    return made


def test_a_draft_is_begun_once_for_each_purpose(app, subject):
    version = uuid7()
    made = at_once(app, 8, lambda: service.begin(subject, subject, "a/b", version, {}).id)
    assert len(set(made)) == 1
    assert service.begin(subject, subject, "a/c", version, {}).id not in made


def test_a_new_draft_holds_what_is_known(draft):
    assert draft.answers == {"name": "Asha", "phone": "1"}
    assert set(draft.sources) == {"name", "phone"}
    assert service.is_new(draft)


def test_saving_keeps_other_pages_and_empties_what_was_left_empty(draft):
    service.save(draft, {"name": "Asha"}, ["name", "phone"])
    service.save(draft, {"age": 3, "strange": 1}, ["age"])
    assert draft.answers == {"name": "Asha", "age": 3}
    assert set(draft.sources) == {"name"}
    assert not service.is_new(draft)


def test_two_pages_saved_at_once_are_both_kept(app, draft):
    person = draft.person_id
    names = iter("abcdefgh")

    def save():
        name = next(names)
        service.save(service.find(person, draft.id), {name: 1}, [name])
        return name

    saved = at_once(app, 8, save)
    db.session.expire_all()
    assert set(service.find(person, draft.id).answers) == {"name", "phone", *saved}


def test_a_sent_draft_is_not_changed(app, draft):
    service.close(draft)
    db.session.commit()
    with pytest.raises(NoSuchDraft):
        service.save(draft, {"name": "x"}, ["name"])
    with pytest.raises(NoSuchDraft):
        service.discard(draft.person_id, draft.id)
    assert service.open_draft(draft.person_id, "a/b") is None
    assert draft.answers == {}


def test_somebody_elses_draft_is_as_unknown_as_none(draft):
    for draft_id in (draft.id, uuid4()):
        with pytest.raises(NoSuchDraft):
            service.find(uuid4(), draft_id)
        with pytest.raises(NoSuchDraft):
            service.discard(uuid4(), draft_id)


def test_a_discarded_draft_is_gone(draft):
    service.discard(draft.person_id, draft.id)
    db.session.commit()
    assert service.of_person(draft.person_id) == []
    assert service.open_draft(draft.person_id, "a/b") is None


@pytest.mark.promise("M19")
def test_a_draft_holds_nothing_in_the_clear(draft):
    (row,) = db.session.scalars(text("SELECT d::text FROM drafts d"))
    for secret in ("Asha", "your profile"):
        assert secret not in row
        assert secret.encode().hex() not in row


def test_files_are_found_in_answers_and_in_rows():
    first, second, third = (str(uuid4()) for _ in range(3))
    answers = {
        "licence": {"file": first},
        "partners": [{"who": "Asha", "photo": {"file": second}}, {"photo": {"file": third}}, {}],
        "place": {"line": "x"},
        "uses": ["home"],
    }
    assert {str(one) for one in service.files_in(answers)} == {first, second, third}


@pytest.fixture
def papers(subject):
    """Two kept files, as answers."""
    kept = [
        files.keep(
            BytesIO(pdf()), f"{name}.pdf", subject_id=subject, person_id=subject, accepts=("pdf",)
        )
        for name in "ab"
    ]
    return [{"file": str(one.id)} for one in kept]


def released():
    told = text("SELECT id::text FROM files WHERE released_at IS NOT NULL")
    return set(db.session.scalars(told))


def test_a_file_of_a_row_that_is_removed_is_let_go(draft, papers):
    rows = [{"who": "Asha", "photo": papers[0]}, {"who": "Bibi", "photo": papers[1]}]
    service.save(draft, {"partners": rows}, ["partners"])
    service.save(draft, {"partners": [rows[1], rows[0]]}, ["partners"])
    assert released() == set()
    service.save(draft, {"partners": rows[1:]}, ["partners"])
    assert released() == {papers[0]["file"]}
    service.discard(draft.person_id, draft.id)
    assert released() == {paper["file"] for paper in papers}


def later(days):
    return time_machine.travel(clock.now() + timedelta(days=days), tick=True)


def test_a_draft_that_nobody_saves_goes_with_its_files_and_others_stay(subject, draft, monkeypatch):
    monkeypatch.setattr(service, "A_BATCH", 1)
    kept = files.keep(
        BytesIO(pdf()), "a.pdf", subject_id=subject, person_id=subject, accepts=("pdf",)
    )
    service.save(draft, {"paper": {"file": str(kept.id)}}, ["paper"])
    sent = service.begin(subject, subject, "a/sent", uuid7(), {})
    service.close(sent)
    db.session.commit()
    with later(60):
        lately = service.begin(subject, subject, "a/lately", uuid7(), {})
        db.session.commit()
    with later(89):
        assert not service.sweep()
        assert service.find(subject, draft.id)
    with later(91):
        assert service.sweep()
        assert not service.sweep()
        db.session.commit()
        with pytest.raises(NoSuchDraft):
            service.find(subject, draft.id)
        assert service.find(subject, lately.id)
        assert service.find(subject, sent.id)
    assert released() == {str(kept.id)}


def test_a_draft_of_somebody_erased_goes_too(subject, draft):
    keys.erase(subject)
    db.session.commit()
    with later(91):
        service.sweep()
    assert db.session.execute(text("SELECT count(*) FROM drafts")).scalar_one() == 0
