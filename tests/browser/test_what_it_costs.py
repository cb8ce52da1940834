"""What a service costs, by hand, before anybody signs in: its table, a few answers, a price."""

import pytest

from tests.browser.visit import DESK, PHONE, PLAIN, open_offices

RENEWAL = "/services/transport/driving-licence-renewal"


@pytest.mark.promise("M16")
@pytest.mark.parametrize("way", [DESK, PHONE, PLAIN])
def test_the_price_of_a_late_renewal_is_read_before_it_is_begun(app, visit, way):
    open_offices("transport")
    person = visit(**way)
    person.go(RENEWAL)
    person.follow(f"main a[href$='{RENEWAL}/fee']")
    person.choose(lateness="longer", lost="yes")
    person.press("main form.card .btns .btn")
    # The answer brought up another question.
    person.fill(years_late="3")
    person.press("main form.card .btns .btn")
    price = person.text("#price")
    assert all(amount in price for amount in ("₹400", "₹300", "₹3,000", "₹3,700"))
    person.shot("price")
    assert person.faults == []
