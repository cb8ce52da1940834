"""Drafts that save themselves: versions, repeated sendings, and what a page is told."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from portal.applications import applying
from portal.applications.saving import service
from portal.forms import sending
from portal.forms import service as drafts
from portal.forms.sending import Sending
from portal.forms.service import SavedElsewhere
from portal.i18n import speaking
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import signed_in_client
from tests.accounts.threads import at_once
from tests.applications.factories import INCOME
from tests.applications.pages import open_page
from tests.contracts.routes import token_of

YOU = f"/en/apply/revenue/{INCOME}/you"
PAGE, OTHER = uuid4(), uuid4()


@pytest.fixture
def draft(person):
    made = applying.begin(person.id, "revenue", INCOME).draft
    db.session.commit()
    return made


def keep(draft, name, *, page=PAGE, turn=1, version=0):
    told = {"guardian": name}
    drafts.save_unless_changed(draft, told, ["guardian"], Sending(page, turn), version)
    db.session.commit()


def fresh(draft):
    db.session.expire_all()
    return drafts.find(draft.person_id, draft.id)


def test_each_save_is_a_version_of_the_draft(draft):
    keep(draft, "Ram")
    assert fresh(draft).saves == 1
    drafts.save(draft, {"guardian": "Ram Lal"}, ["guardian"])
    assert fresh(draft).saves == 2


def test_what_is_sent_twice_is_saved_once(draft):
    keep(draft, "Ram")
    before = fresh(draft).saved_at
    keep(draft, "Ram")
    keep(draft, "Ram", page=OTHER)
    assert (fresh(draft).saves, fresh(draft).saved_at) == (1, before)


def test_what_was_saved_elsewhere_meanwhile_is_not_written_over(draft):
    keep(draft, "Ram")
    with pytest.raises(SavedElsewhere):
        keep(draft, "Sham", page=OTHER)
    assert fresh(draft).answers["guardian"] == "Ram"
    keep(draft, "Sham", page=OTHER, version=1)
    assert fresh(draft).answers["guardian"] == "Sham"


def test_a_page_whose_answer_was_lost_goes_on(draft):
    keep(draft, "Ram", turn=4)
    keep(draft, "Ram Lal", turn=5)
    assert fresh(draft).answers["guardian"] == "Ram Lal"


def test_a_sending_that_comes_late_does_not_undo_a_later_one(draft):
    keep(draft, "Ram Lal", turn=5)
    with pytest.raises(SavedElsewhere):
        keep(draft, "Ram", turn=4)
    assert fresh(draft).answers["guardian"] == "Ram Lal"


def test_an_ordinary_save_of_the_same_page_stands_in_nobodys_way(draft):
    drafts.save(draft, {"guardian": "Ram"}, ["guardian"], by=Sending(PAGE, 1))
    db.session.commit()
    keep(draft, "Ram Lal", turn=2)
    assert fresh(draft).answers["guardian"] == "Ram Lal"


def test_of_many_pages_that_send_at_once_one_is_saved(revenue, draft):
    names = iter("abcdefgh")

    def send():
        name = next(names)
        try:
            drafts.save_unless_changed(
                drafts.find(draft.person_id, draft.id),
                {"guardian": name},
                ["guardian"],
                Sending(uuid4(), 1),
                0,
            )
        except SavedElsewhere:
            return None
        return name

    (saved,) = [name for name in at_once(revenue, 8, send) if name]
    assert (fresh(draft).answers["guardian"], fresh(draft).saves) == (saved, 1)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "٣", "9" * 10, "abc", "0x1"])
def test_what_is_no_version_is_version_nothing(text):
    told = sending.stamp(dict.fromkeys((sending.VERSION, sending.PAGE, sending.DRAFT), text))
    assert (told.version, told.by, told.draft_id) == (0, None, None)


def test_when_it_was_saved_is_said_in_words(draft):
    with speaking("en"):
        assert service.saved(draft) == "Not saved yet"
        keep(draft, "Ram")
        assert service.saved(draft).startswith("Saved at ")
        with time_machine.travel(clock.now() + timedelta(days=2)):
            assert service.saved(draft).startswith("Saved on ")


def test_the_name_and_the_key_on_a_device_are_one_persons_for_one_draft(draft, stranger):
    told = [
        *service.seal(draft.person_id, draft.id),
        *service.seal(stranger.id, draft.id),
        *service.seal(draft.person_id, uuid4()),
    ]
    assert len(set(told)) == len(told)
    assert service.seal(draft.person_id, draft.id) == service.seal(draft.person_id, draft.id)


def sent(page, client=None, **more):
    """What a page sends by itself, with its own hidden controls."""
    told = {name: list(values) for name, values in page.controls.items()}
    told |= {"saved-page": [str(PAGE)], "saved-turn": ["1"]}
    told |= {name.replace("__", "-"): [value] for name, value in more.items()}
    return (client or page.client).post(f"{YOU}/save", data=told)


@pytest.fixture
def page(mine, draft):
    return open_page(mine, YOU)


def test_half_a_page_is_saved_without_objections(page, draft):
    told = sent(page, guardian="Ram Lal", phone="98")
    assert (told.status_code, told.json["version"]) == (200, 1)
    assert told.json["said"].startswith("Saved at ")
    answers = fresh(draft).answers
    assert (answers["guardian"], "phone" in answers) == ("Ram Lal", False)


def test_saving_by_itself_lets_nothing_through_that_is_checked_later(page, mine):
    sent(page, guardian="", phone="98")
    review = open_page(mine, f"/en/apply/revenue/{INCOME}/review")
    assert review.response.request.path == YOU
    assert open_page(mine, YOU).send().status == 422


def test_another_window_is_told_so_and_nothing_is_lost(page, mine, draft):
    other = open_page(mine, YOU)
    sent(page, guardian="Ram")
    told = sent(other, guardian="Sham", saved__page=str(OTHER))
    assert (told.status_code, told.json["version"]) == (409, 1)
    assert "Nothing is lost" in told.json["said"]
    assert fresh(draft).answers["guardian"] == "Ram"
    chosen = sent(other, guardian="Sham", saved__page=str(OTHER), saved__version="1")
    assert chosen.status_code == 200
    assert fresh(draft).answers["guardian"] == "Sham"


def test_answers_of_a_deleted_draft_do_not_get_into_the_next_one(page, person, draft):
    drafts.discard(person.id, draft.id)
    again = applying.begin(person.id, "revenue", INCOME).draft
    db.session.commit()
    assert sent(page, guardian="Ram").status_code == 404
    assert "guardian" not in fresh(again).answers


def test_nobody_else_saves_in_a_draft(page, revenue, stranger, draft):
    theirs = signed_in_client(revenue, stranger)
    assert sent(page, theirs, csrf_token=token_of(theirs), guardian="X").status_code == 404
    assert "guardian" not in fresh(draft).answers


def test_a_page_without_a_name_of_its_own_saves_nothing_by_itself(page, draft):
    assert sent(page, guardian="Ram", saved__page="?").status_code == 400
    assert fresh(draft).saves == 0


def test_a_page_says_when_it_was_saved_without_a_script_too(mine, page):
    assert "Not saved yet" in page.words
    page.send(later="1", guardian="Ram Lal")
    assert "Saved at " in open_page(mine, YOU).words
