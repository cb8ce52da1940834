"""The clerks' pages for a version's time: later, called off, back again, and who inherits it."""

from datetime import timedelta

import pytest

from portal.i18n.formats import ZONE
from portal.kernel import clock
from portal.kernel.db import db
from portal.registry import service
from portal.registry.contract import Inherited
from portal.registry.publishing import service as publishing
from portal.registry.publishing.service import Trial
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.registry.publishing_factories import (
    KARAM,
    MEERA,
    a_provider,
    a_service,
    published,
    recorded,
    words,
)

HOME = "/en/admin/catalogue"
HERE = f"{HOME}/tehsil/income-certificate"
TEN = {"fee": "money('10.00', 'INR')", "fee_words": words("₹10")}


@pytest.fixture
def clerk(app):
    return signed_in_client(app, make_person(role="admin"))


@pytest.fixture
def proposed(app):
    published()
    version = recorded(a_provider(a_service(promise=10)))
    publishing.propose(version.id, MEERA)
    db.session.commit()
    return version


def press(client, page, path, **fields):
    token = csrf_token(client.get(page).data)
    return client.post(path, data={"csrf_token": token} | fields)


def test_a_clerk_approves_for_a_day_and_calls_it_off(clerk, proposed):
    here = f"{HOME}/versions/{proposed.id}"
    day = (clock.now() + timedelta(days=2)).astimezone(ZONE).date().isoformat()
    assert press(clerk, here, f"{here}/publish", day=day, time="09:00").status_code == 302
    page = clerk.get(here).text
    assert "This version is approved" in page
    assert "09:00" in page
    db.session.rollback()
    assert service.find(proposed.id).state == "approved"
    assert "Approved" in clerk.get(HERE).text
    assert press(clerk, here, f"{here}/call-off").status_code == 302
    db.session.rollback()
    assert service.find(proposed.id).state == "draft"


@pytest.mark.parametrize(
    ("day", "time"), [("", "09:00"), ("2026-13-01", "09:00"), ("2027-01-01", "noon"), ("x", "")]
)
def test_a_time_that_cannot_be_read_is_said_and_publishes_nothing(clerk, proposed, day, time):
    here = f"{HOME}/versions/{proposed.id}"
    answer = press(clerk, here, f"{here}/publish", day=day, time=time)
    assert answer.status_code == 422
    assert "Write the day" in answer.text
    db.session.rollback()
    assert service.find(proposed.id).state == "proposed"


def test_new_rules_show_whom_they_affect_before_they_are_published(app, clerk):
    published()
    version = recorded(a_provider(a_service(**TEN)))
    here = f"{HOME}/versions/{version.id}"
    publishing.propose(version.id, MEERA)
    db.session.commit()
    page = clerk.get(here).text
    assert "being tried on past applications" in page
    assert f'action="{here}/publish"' not in page
    publishing.note_trial(version.id, Trial(tried=1234, fee=7, running=3))
    db.session.commit()
    page = clerk.get(here).text
    assert "<dt>Past applications that were tried</dt><dd>1,234</dd>" in page
    assert f'action="{here}/publish"' in page


def test_a_clerk_goes_back_with_a_reason(app, clerk):
    published()
    assert "Go back" not in clerk.get(HERE).text
    published(a_provider(a_service(promise=10)))
    assert "Go back to version 1" in clerk.get(HERE).text
    assert press(clerk, HERE, f"{HERE}/roll-back", why=" ").status_code == 422
    assert press(clerk, HERE, f"{HERE}/roll-back", why="Too slow.").status_code == 302
    db.session.rollback()
    assert service.offered("tehsil", "income-certificate").number == 1


def test_who_inherits_is_shown_with_what_they_say_otherwise(app, clerk):
    published()
    town = a_provider(slug="town", name=words("Our Town")).model_copy(
        update={
            "services": (),
            "inherits": (Inherited(service="tehsil/income-certificate", **TEN),),
        }
    )
    (draft,) = service.sync([town])
    db.session.commit()
    page = clerk.get(HERE).text
    assert "1 provider inherits this service" in page
    assert "Our Town" in page
    assert "Not published" in page
    publishing.propose(draft.id, MEERA)
    publishing.publish(draft.id, KARAM)
    db.session.commit()
    assert "In step" in clerk.get(HERE).text
    own = clerk.get(f"{HOME}/versions/{draft.id}").text
    assert "inherited from" in own
    assert "The fee" in own
