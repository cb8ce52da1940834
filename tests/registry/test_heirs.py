"""One trade licence, defined once and given by a hundred and sixty towns."""

import pytest

from portal.catalogue import service as catalogue
from portal.kernel.db import db
from portal.registry import service
from portal.registry.contract import HookPaths, Inherited
from portal.registry.heirs import service as heirs
from portal.registry.hook_paths import unanswered
from portal.registry.hooks import Hooks
from portal.registry.publishing import service as publishing
from portal.registry.service import NoSuchService, ProviderDoesNotConform
from tests.jobs import run_jobs
from tests.registry.publishing_factories import (
    KARAM,
    MEERA,
    a_provider,
    a_service,
    published,
    words,
)

DEFINED = "tehsil/income-certificate"
TEN = {"fee": "money('10.00', 'INR')", "fee_words": words("₹10")}


def town(number=1, **own):
    """A town that inherits the certificate, with what it says otherwise."""
    slug = f"town-{number}"
    return a_provider(slug=slug, name=words(f"Town {number}")).model_copy(
        update={"services": (), "inherits": (Inherited(service=DEFINED, **own),)}
    )


def on(town_number=1):
    db.session.rollback()
    return service.offered(f"town-{town_number}", "income-certificate")


@pytest.fixture
def defined(app):
    return published()[0]


@pytest.fixture
def one_town(defined):
    return published(town(**TEN))[0]


def newer(**changes):
    """The next version of what is inherited, published, and all that follows done."""
    version = published(a_provider(a_service(**{"promise": 10} | changes)))[0]
    run_jobs()
    return version


def test_what_is_inherited_is_a_service_of_its_own_with_its_own_words(one_town):
    offer = on()
    assert (offer.provider.slug, offer.provider.name.say("en")) == ("town-1", "Town 1")
    assert offer.service.form == service.offered("tehsil", "income-certificate").service.form
    assert (offer.service.fee, offer.service.promise) == (TEN["fee"], 15)
    assert (offer.origin.service, offer.origin.version) == (DEFINED, 1)
    assert offer.origin.differs == ("fee", "fee_words")


def test_it_needs_two_people_the_first_time(defined):
    (draft,) = service.sync([town()])
    assert draft.state == "draft"
    with pytest.raises(NoSuchService):
        on()


def test_a_new_version_of_the_definition_reaches_those_who_inherit_it(one_town):
    newer()
    assert (on().service.promise, on().service.fee, on().origin.version) == (10, TEN["fee"], 2)


def test_it_is_published_in_the_names_of_those_who_published_the_definition(one_town):
    newer()
    version = service.find(on().version_id)
    assert (version.proposed_by, version.published_by) == (MEERA, KARAM)


def test_who_inherits_a_service_that_asks_its_provider_answers_for_itself(app):
    asks = {"asks": ("check",)}
    published(a_provider(a_service(**asks), hooks=HookPaths(check="/check")))
    assert service.sync([town()]) == []
    (row,) = heirs.of(*DEFINED.split("/"))
    assert "services.income-certificate.asks: Nothing answers check." in row.problem
    own = town().model_copy(update={"hooks": HookPaths(check="/ours")})
    assert not list(unanswered(own, Hooks()))
    published(own)
    assert on().provider.hooks.check == "/ours"


def test_a_draft_does_not_go_on_by_itself(defined):
    service.sync([town()])
    db.session.commit()
    newer()
    with pytest.raises(NoSuchService):
        on()
    assert [one.number for one in service.history("town-1", "income-certificate")] == [2, 1]


def test_going_back_takes_everybody_back(one_town):
    newer()
    publishing.roll_back("tehsil", "income-certificate", MEERA, "The office cannot keep it.")
    db.session.commit()
    run_jobs()
    assert (on().service.promise, on().version_id) == (15, one_town.id)


def test_what_does_not_fit_any_more_stays_and_says_why(defined):
    richer = "family_income > money('100000.00', 'INR')"
    fee = f"{richer} ? money('30.00', 'INR') : money('10.00', 'INR')"
    published(town(fee=fee, fee_words=words("₹10 or ₹30")))
    form = service.offered("tehsil", "income-certificate").service.form
    fields = tuple(one for one in form.steps[0].fields if one.name != "family_income")
    first = form.steps[0].model_copy(update={"fields": fields})
    changed = form.model_copy(update={"steps": (first, *form.steps[1:])})
    (draft,) = service.sync([a_provider(a_service(form=changed))])
    publishing.propose(draft.id, MEERA)
    publishing.note_trial(draft.id, publishing.Trial())
    publishing.publish(draft.id, KARAM)
    db.session.commit()
    run_jobs()
    assert on().service.fee == fee
    (heir,) = heirs.of("tehsil", "income-certificate")
    assert heir.behind
    assert "family_income" in heir.problem


def test_who_inherits_before_it_is_published_waits_for_it(app):
    assert service.sync([town()]) == []
    db.session.commit()
    published()
    run_jobs()
    assert service.history("town-1", "income-certificate")[0].state == "draft"


def test_what_is_inherited_already_is_not_inherited_again(one_town):
    second = town(2).model_copy(
        update={"inherits": (Inherited(service="town-1/income-certificate"),)}
    )
    assert service.sync([second]) == []
    (heir,) = heirs.of("town-1", "income-certificate")
    assert DEFINED in heir.problem


def test_who_stops_inheriting_keeps_what_is_on_and_hears_of_nothing_more(one_town):
    own = town().model_copy(update={"inherits": ()})
    service.sync([own])
    db.session.commit()
    newer()
    assert on().service.promise == 15
    assert heirs.of("tehsil", "income-certificate") == []


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ("tehsil", "Say whose service it is"),
        ("Tehsil/Income", "Say whose service it is"),
        ("town-1/trade", "That is your own service"),
    ],
)
def test_a_slip_of_the_pen_is_told(app, of, said):
    wrong = town().model_copy(update={"inherits": (Inherited(service=of),)})
    with pytest.raises(ProviderDoesNotConform, match=said):
        service.sync([wrong])


def test_another_fee_needs_words_for_it(app):
    with pytest.raises(ProviderDoesNotConform, match="what the service costs here"):
        service.sync([town(fee=TEN["fee"])])


def test_what_inherits_nothing_is_recorded_as_it_always_was(app):
    """A contract that grew leaves the digests of before equal."""
    published()
    assert service.sync([a_provider()]) == []


def test_a_hundred_and_sixty_towns_are_in_step_after_one_change(defined, queries):
    drafts = service.sync([town(number, promise=number) for number in range(1, 161)])
    for draft in drafts:
        publishing.propose(draft.id, MEERA)
        publishing.publish(draft.id, KARAM)
    db.session.commit()
    newer(summary=words("States what your family earned."))
    with queries() as told:
        shown = heirs.of("tehsil", "income-certificate")
    assert len(told) <= 3
    assert len(shown) == 160
    assert not any(one.behind or one.problem for one in shown)
    assert {one.differs for one in shown} == {("promise",)}
    assert [on(number).service.promise for number in (1, 160)] == [1, 160]
    assert catalogue.out_of_step() == []
