"""Where people of the demo world pay: what is declared for them, and the company that is played."""

import json

import pytest

from payments.gateways.counter.settings import declared
from payments.gateways.stripe.settings import StripeSettings
from payments.lists.settings import ListsSettings
from portal.accounts.domain import Role
from portal.app import read_settings
from portal.demo import paying
from portal.demo.domain import ACCOUNTS
from portal.i18n import LANGUAGES
from portal.registry.discovery import discover
from tests.ports import free_port


@pytest.fixture
def settings():
    env = {"PORTAL_ENV": "development", "PORTAL_BASE_URL": "http://localhost:8000"}
    paying.offer(env, free_port())
    return read_settings(env)


def test_counters_are_named_in_every_language_and_run_by_a_provider_with_two_cashiers(settings):
    slugs = {one.slug for one in discover()}
    cashiers = [one.provider for one in ACCOUNTS if one.role is Role.CASHIER]
    counters = declared(settings).counters
    for one in counters:
        assert set(one.name) == set(one.place) == set(LANGUAGES)
        assert {one.run_by, *one.takes} <= slugs
    assert sorted(cashiers) == [counters[0].run_by] * 2


def test_money_can_be_sent_back_and_a_card_be_played_with(settings):
    assert settings.of(ListsSettings).source("INR").holder == "Treasury of Nadipur"
    assert settings.of(StripeSettings).is_elsewhere


def test_what_an_operator_set_stays():
    env = {"PORTAL_STRIPE_SECRET_KEY": "sk_test_mine", "PORTAL_COUNTERS": "mine.yaml"}
    assert paying.offer(env, free_port()) is None
    told = {"INR": paying.OURS}
    assert json.loads(env.pop("PORTAL_PAYOUT_ACCOUNTS")) == told
    assert env == {"PORTAL_STRIPE_SECRET_KEY": "sk_test_mine", "PORTAL_COUNTERS": "mine.yaml"}
