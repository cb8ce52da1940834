"""A repeating group through the pages of an application, without JavaScript."""

import pytest
from sqlalchemy import select

from portal.applications.models import Application
from portal.kernel.db import db
from portal.registry import Field, Form, Step
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.pages import open_page
from tests.forms.test_groups import HUNDRED, partners
from tests.registry.publishing_factories import a_provider, a_service, published, words

TOTAL = Field.computed("total", words("All shares"), rule="sum(partners.map(p, p.share))")
LICENCE = a_service(
    slug="trade-licence",
    form=Form(
        Step(words("Your firm"), partners(valid=HUNDRED, at_most=3), slug="firm"),
        Step(words("All shares"), TOTAL, Field.text("note", words("Note")), slug="all"),
    ),
    fee="money('100.00', 'INR') * size(partners)",
    fee_words=words("₹100 for each partner."),
    payment="after",
)
START = "/en/apply/tehsil/trade-licence"


@pytest.fixture
def firm(app):
    published(a_provider(LICENCE))
    return open_page(signed_in_client(app, make_person(name="Asha Devi")), START).send()


def person(number, name, share=None):
    told = {f"partners-{number}-who": name, f"partners-{number}-role": "owner"}
    return told | ({f"partners-{number}-share": share} if share else {})


@pytest.mark.promise("M9")
def test_two_partners_apply_for_a_licence(firm):
    more = firm.send(**person(0, "Asha Devi"), refresh="partners:add")
    assert "Partner 2" in more.words
    shares = more.send(**person(1, "Bibi Kaur"))
    wrong = shares.send(**{"partners-0-share": "60", "partners-1-share": "50"})
    assert "All shares come to 100." in wrong.words
    everything = wrong.send(**{"partners-1-share": "40"})
    assert "100" in everything.words
    review = everything.send(note="None")
    assert review.words.index("Asha Devi") < review.words.index("Bibi Kaur")
    assert "₹200" in review.words
    review.send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    assert sent.answers == {
        "partners": [
            {"who": "Asha Devi", "role": "owner", "share": 60},
            {"who": "Bibi Kaur", "role": "owner", "share": 40},
        ],
        "total": "100",
        "note": "None",
    }
