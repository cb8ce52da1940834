"""Rights to act, made by the room's own services, and browsers that use them."""

from datetime import timedelta

from portal.accounts import domain as people
from portal.delegation import service
from portal.delegation.domain import ALL_NEEDS, Need, Terms
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import csrf_token
from tests.applications.pages import open_page

INCOME_PATH, LAND_PATH = "revenue/income-certificate", "revenue/land-record-copy"
EVERYTHING = Terms(("*",), ALL_NEEDS)


def terms(*services, needs=ALL_NEEDS):
    return Terms(services or ("*",), tuple(Need(one) for one in needs))


def accepted(principal, helper, agreed=EVERYTHING, days=30):
    """A grant that the helper has accepted; committed."""
    ends = clock.now() + timedelta(days=days)
    made = service.grant(principal.id, people.contact(helper.email), agreed, ends)
    row = service.accept(made.code, helper.id)
    assert row is not None
    db.session.commit()
    return row


def act_for(client, row):
    """Choose on the page for whom to act."""
    page = client.get("/en/act-for")
    told = {"csrf_token": csrf_token(page.data), "mandate": str(row.id)}
    return client.post("/en/act-for", data=told)


def acting(client, principal, helper, agreed=EVERYTHING):
    """The helper's browser, acting already."""
    row = accepted(principal, helper, agreed)
    assert act_for(client, row).status_code == 302
    return row


def stop(client):
    page = client.get("/en/act-for")
    token = {"csrf_token": csrf_token(page.data)}
    return open_page(client, "/en/act-for/stop", "post", data=token)
