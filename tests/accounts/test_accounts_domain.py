"""Who may hold an account, which passwords do, and what a role allows."""

from datetime import date

import pytest

from portal.accounts import domain
from portal.accounts.domain import Details, Grant, Role
from portal.accounts.passwords import common

ASHA = Details("Asha Devi", date(1990, 5, 17), "asha.devi@example.org", "+919876500000")


@pytest.mark.promise("W12")
@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(2013, 11, 22), date(2026, 11, 21), 12),
        (date(2013, 11, 22), date(2026, 11, 22), 13),
        (date(2012, 2, 29), date(2025, 2, 28), 12),
        (date(2012, 2, 29), date(2025, 3, 1), 13),
    ],
)
def test_a_birthday_makes_one_older(born, today, years):
    assert domain.age(born, today) == years


@pytest.mark.promise("W12")
def test_nobody_under_13_may_have_an_account():
    child = Details("Ravi", date(2013, 11, 23), "ravi@example.org")
    with pytest.raises(domain.TooYoung):
        domain.check_details(child, date(2026, 11, 22))
    domain.check_details(child, date(2026, 11, 23))


def test_an_account_needs_an_email_or_a_mobile_number():
    with pytest.raises(domain.NoContact):
        domain.check_details(Details("Asha", date(1990, 1, 1)), date(2026, 11, 22))


@pytest.mark.parametrize(
    "password",
    [
        "seven marigolds by the canal",
        "ਸੱਤ ਗੇਂਦੇ ਦੇ ਫੁੱਲ",
        "x7!kd9#Lq2@p",
        "a" * 11 + "b",
        "z" + "marigold river stone " * 12,
    ],
)
def test_any_long_and_uncommon_password_is_good(password):
    assert domain.password_fault(password, ASHA, common()) is None


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 12"),
        ("elevenchars", "at least 12"),
        ("k7 " * 86, "at most 256"),
        ("passwordpassword", "Many people"),
        ("P@sswordP@ssword", "Many people"),
        ("Password123456", "Many people"),
        ("WaheguruJi1469!!", "Many people"),
        ("qwertyuiopasdfghjkl", "Many people"),
        ("1qaz2wsx3edc4rfv", "Many people"),
        ("aaaaaaaaaaaaaaaa", "Many people"),
        ("xy7zxy7zxy7zxy7z", "Many people"),
        ("345678901234567", "Many people"),
        ("mnopqrstuvwxyz", "Many people"),
        ("nmlkjihgfedcba", "Many people"),
        ("marigold Asha river", "Leave your name"),
        ("asha.devi@example.org", "Leave your name"),
        ("my 9876500000 phone", "Leave your name"),
        ("the Sanjha door opens", "Leave your name"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password, why):
    fault = domain.password_fault(password, ASHA, common())
    assert fault
    assert why in fault


def test_what_looks_the_same_is_the_same_password():
    assert domain.normal("ﬁve blue dóors") == domain.normal("five blue dóors")


def test_the_list_of_common_passwords_is_long_and_folded():
    usable = [word for word in common() if len(word) >= domain.SHORTEST]
    assert len(usable) >= 3000
    assert all(word == word.casefold() for word in usable)


@pytest.mark.parametrize(
    "typed", ["9876500000", "98765 00000", "+91 98765-00000", "098765 00000", "0091 98765 00000"]
)
def test_a_mobile_number_is_known_however_it_is_typed(typed):
    assert domain.contact(typed) == "+919876500000"


def test_a_number_of_another_country_keeps_its_country():
    assert domain.contact("+92 301 2345678") == "+923012345678"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8:0:0:ffff::9", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "unix", False),
    ],
)
def test_a_home_counts_as_one_address(one, other, same):
    assert (domain.neighbourhood(one) == domain.neighbourhood(other)) is same


def test_codes_may_be_typed_in_any_script():
    assert domain.digits("۱۲۳ ੪੫੬") == "123456"


def test_each_role_allows_what_the_table_says():
    assert domain.permissions([Grant(Role.CITIZEN)]) == frozenset()
    assert domain.permissions([Grant(Role.OFFICER, "revenue")]) == {
        "applications.read",
        "applications.decide",
        "cases.break_glass",
    }
    # Who breaks the glass reads, and decides nothing.
    assert domain.permissions([Grant(Role.EMERGENCY, "revenue")]) == {"applications.read"}
    assert domain.permissions([Grant(Role.OPERATOR, "sewa-1")]) == {"delegation.assist"}
    assert "people.grant" in domain.permissions([Grant(Role.CITIZEN), Grant(Role.ADMIN)])


def test_a_permission_holds_only_where_its_role_was_given():
    both = [Grant(Role.OFFICER, "revenue"), Grant(Role.INTEGRATOR, "water-board")]
    assert domain.providers(both) == {"revenue", "water-board"}
    assert domain.providers(both, "applications.decide") == {"revenue"}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.INTEGRATOR])
def test_an_officer_or_integrator_works_for_one_provider(role):
    with pytest.raises(domain.RoleNeedsProvider):
        domain.check_grant(Grant(role))


def test_an_admin_works_for_the_whole_portal():
    with pytest.raises(domain.RoleHasNoProvider):
        domain.check_grant(Grant(Role.ADMIN, "revenue"))


def test_staff_sign_in_again_sooner():
    assert domain.session_lasts([Grant(Role.CITIZEN)]) == domain.AT_MOST
    assert domain.session_lasts([Grant(Role.OFFICER, "revenue")]) == domain.AT_MOST_STAFF
