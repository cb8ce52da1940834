"""New rules are tried on applications of the past, by the queue, before they decide anything."""

import pytest

from portal.kernel import keys
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.discovery import discover
from portal.registry.publishing import service as publishing
from portal.registry.publishing.service import NotTriedYet, Trial
from tests.applications.factories import INCOME, draft_for, money, sent, told
from tests.jobs import run_jobs
from tests.registry.publishing_factories import KARAM, MEERA, words

RICH = "family_income > money('100000.00', 'INR')"
FEE = f"{RICH} ? money('30.00', 'INR') : money('0.00', 'INR')"


def proposed(**changes):
    """The next version of the income certificate, proposed; committed."""
    (revenue,) = [one for one in discover() if one.slug == "revenue"]
    others = tuple(one for one in revenue.services if one.slug != INCOME)
    changed = revenue.service(INCOME).model_copy(update=changes)
    registry.sync([revenue.model_copy(update={"services": (changed, *others)})])
    version = registry.history("revenue", INCOME)[0]
    publishing.propose(version.id, MEERA)
    db.session.commit()
    return version


def tried(version):
    run_jobs()
    return publishing.trial(registry.find(version.id))


def test_another_fee_is_counted_for_whom_it_is_another(revenue, person, stranger):
    sent(person, family_income=money(120000))
    sent(stranger, farm_income=money(60000), family_income=money(80000))
    version = proposed(fee=FEE, fee_words=words("₹30"))
    with pytest.raises(NotTriedYet):
        publishing.publish(version.id, KARAM)
    assert tried(version) == Trial(tried=2, fee=1, running=2)
    publishing.publish(version.id, KARAM)


def test_who_would_lose_the_right_is_counted(revenue, person, stranger):
    sent(person, family_income=money(120000))
    sent(stranger, farm_income=money(60000), family_income=money(80000))
    assert tried(proposed(eligibility=f"!({RICH})")) == Trial(tried=2, lose=1, running=2)


def test_a_rule_that_asks_for_what_nobody_told_decides_nothing(revenue, person):
    sent(person, other_income=False)
    trial = tried(proposed(eligibility="other_income_amount > money('1.00', 'INR')"))
    assert (trial.untold, trial.lose) == (1, 0)


def test_who_was_never_asked_a_new_question_lacks_its_answer(revenue, person):
    sent(person)
    (declared,) = [one for one in discover() if one.slug == "revenue"]
    form = declared.service(INCOME).form
    field = next(one for one in form.fields if one.name == "guardian")
    more = field.model_copy(update={"name": "grandfather", "prefill": None})
    first = form.steps[0].model_copy(update={"fields": (*form.steps[0].fields, more)})
    changed = form.model_copy(update={"steps": (first, *form.steps[1:])})
    assert tried(proposed(form=changed)).lacking == 1


def test_drafts_and_running_cases_are_told_and_ended_ones_only_tried(revenue, person, stranger):
    told(sent(person), "refuse", reason={"en": "No."})
    draft_for(stranger)
    trial = tried(proposed(fee=FEE, fee_words=words("₹30")))
    assert (trial.tried, trial.running, trial.drafts) == (1, 0, 1)


def test_what_was_erased_is_left_out(revenue, person):
    sent(person)
    keys.erase(person.id)
    db.session.commit()
    assert tried(proposed(fee=FEE, fee_words=words("₹30"))).tried == 0
