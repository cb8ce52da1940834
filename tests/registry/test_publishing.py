"""From a department's declaration to what people are offered: two people, and nothing changes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from portal.audit import service as audit
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from portal.registry import service
from portal.registry.contract import Form, Step
from portal.registry.models import VersionProposal, VersionPublication
from portal.registry.publishing import service as publishing
from portal.registry.publishing.service import (
    AlreadyPaused,
    AlreadyProposed,
    AlreadyPublished,
    NotPaused,
    NotProposed,
    PauseNeedsReason,
    TwoPeopleNeeded,
)
from portal.registry.service import (
    NoSuchProvider,
    NoSuchService,
    NoSuchVersion,
    ProviderDoesNotConform,
)
from tests.registry.publishing_factories import (
    APPLICANT,
    KARAM,
    MEERA,
    TITLE,
    a_provider,
    a_service,
    published,
    recorded,
    words,
)

HERE = ("tehsil", "income-certificate")
REASON = words("The scanner is broken until Monday.")


def test_what_is_recorded_is_a_draft_and_offered_to_nobody(app):
    assert recorded().state == "draft"
    with pytest.raises(NoSuchService):
        service.offered(*HERE)


def test_recording_the_same_again_records_nothing(app):
    recorded()
    db.session.commit()
    assert service.sync([a_provider()]) == []
    assert len(service.history(*HERE)) == 1


def test_a_changed_declaration_is_the_next_version(app):
    recorded()
    second = recorded(a_provider(a_service(promise=10)))
    assert second.number == 2
    assert [version.number for version in service.history(*HERE)] == [2, 1]


def test_a_changed_provider_makes_a_version_of_each_service(app):
    both = (a_service(), a_service(slug="residence-certificate"))
    service.sync([a_provider(*both)])
    again = service.sync([a_provider(*both, area="IN-PB-LDH")])
    assert [(one.service, one.number) for one in again] == [
        ("income-certificate", 2),
        ("residence-certificate", 2),
    ]


def test_a_provider_that_does_not_conform_is_not_recorded(app):
    bad = a_service(form=Form(Step(words("You"), APPLICANT, APPLICANT, slug="you")))
    with pytest.raises(ProviderDoesNotConform, match=r"income-certificate.*applicant"):
        service.sync([a_provider(bad)])
    assert service.newest() == []


def test_two_people_publish(app):
    version = published()[0]
    assert (version.state, version.proposed_by, version.published_by) == (
        "published",
        MEERA,
        KARAM,
    )
    offer = service.offered(*HERE)
    assert (offer.version_id, offer.number, offer.state) == (version.id, 1, "published")
    assert offer.service.title == TITLE
    assert offer.provider.slug == "tehsil"


def test_nobody_publishes_what_they_proposed(app):
    version = recorded()
    publishing.propose(version.id, MEERA)
    with pytest.raises(TwoPeopleNeeded):
        publishing.publish(version.id, MEERA)


@pytest.mark.parametrize("liar", [MEERA, KARAM])
def test_the_database_too_wants_two_people(app, liar):
    """Neither the same person twice, nor a proposer who proposed nothing."""
    version = recorded()
    publishing.propose(version.id, MEERA)
    proposal = db.session.query(VersionProposal).one()
    db.session.add(
        VersionPublication(
            proposal_id=proposal.id, version_id=version.id, proposed_by=liar, published_by=MEERA
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_steps_have_their_order(app):
    version = recorded()
    with pytest.raises(NotProposed):
        publishing.publish(version.id, KARAM)
    publishing.propose(version.id, MEERA)
    with pytest.raises(AlreadyProposed):
        publishing.propose(version.id, KARAM)
    publishing.publish(version.id, KARAM)
    for act in (publishing.propose, publishing.publish):
        with pytest.raises(AlreadyPublished):
            act(version.id, MEERA)


def test_the_newest_publication_is_offered_and_the_earlier_one_is_retired(app):
    first = published()[0]
    second = published(a_provider(a_service(promise=10)))[0]
    assert service.offered(*HERE).service.promise == 10
    assert [one.state for one in service.history(*HERE)] == ["published", "retired"]
    assert service.version(first.id).service.promise == 15
    assert service.version(second.id).number == 2


def test_a_retired_version_comes_back_the_same_way(app):
    first = published()[0]
    published(a_provider(a_service(promise=10)))
    publishing.propose(first.id, KARAM)
    publishing.publish(first.id, MEERA)
    assert service.offered(*HERE).version_id == first.id
    assert service.find(first.id).published_by == MEERA


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE service_definitions SET definition = '{}'",
        "DELETE FROM service_definitions",
        "UPDATE service_versions SET digest = digest, number = 7",
        "UPDATE version_publications SET published_by = proposed_by",
        "DELETE FROM version_proposals",
    ],
)
def test_no_sql_of_the_portal_changes_what_was_published(app, owner, statement):
    published()
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(text(statement))
    db.session.rollback()
    with pytest.raises(ProgrammingError, match="never changed"):
        owner.execute(text(statement))
    owner.rollback()


def test_what_is_on_can_only_be_what_was_published(app):
    published()
    draft = recorded(a_provider(a_service(promise=10)))
    with pytest.raises(IntegrityError):
        db.session.execute(
            text("UPDATE service_states SET version_id = :draft"), {"draft": draft.id}
        )
    db.session.rollback()


def test_a_pause_says_why_and_ends(app):
    published()
    publishing.pause(*HERE, MEERA, REASON)
    offer = service.offered(*HERE)
    assert (offer.state, offer.pause_reason) == ("paused", REASON)
    with pytest.raises(AlreadyPaused):
        publishing.pause(*HERE, MEERA, REASON)
    publishing.resume(*HERE, KARAM)
    assert service.offered(*HERE).state == "published"
    with pytest.raises(NotPaused):
        publishing.resume(*HERE, KARAM)


def test_a_pause_needs_a_reason(app):
    published()
    with pytest.raises(PauseNeedsReason):
        publishing.pause(*HERE, MEERA, None)


def test_publishing_does_not_end_a_pause(app):
    published()
    publishing.pause(*HERE, MEERA, REASON)
    published(a_provider(a_service(promise=10)))
    assert service.offered(*HERE).state == "paused"


def test_what_does_not_exist_is_not_found(app):
    for call in (service.find, service.version):
        with pytest.raises(NoSuchVersion):
            call(uuid7())
    with pytest.raises(NoSuchVersion):
        publishing.propose(uuid7(), MEERA)
    for act in (publishing.resume, service.offered, service.history):
        arguments = (*HERE, MEERA) if act is publishing.resume else HERE
        with pytest.raises(NoSuchService):
            act(*arguments)
    with pytest.raises(NoSuchProvider):
        service.provider("tehsil")


def test_a_provider_is_known_by_its_newest_publication(app):
    published()
    assert service.provider("tehsil").area == "IN-PB"
    recorded(a_provider(area="IN-PB-LDH"))
    assert service.provider("tehsil").area == "IN-PB"
    published(a_provider(a_service(promise=3), area="IN-PB-ASR"))
    assert service.provider("tehsil").area == "IN-PB-ASR"


def test_every_act_is_in_the_record(app):
    published()
    publishing.pause(*HERE, MEERA, REASON)
    publishing.resume(*HERE, KARAM)
    db.session.commit()
    acts = db.session.execute(text("SELECT act FROM audit_entries ORDER BY number")).scalars()
    assert list(acts) == [
        f"service.{act}" for act in ("record", "propose", "publish", "pause", "resume")
    ]
    assert audit.broken_at() is None


def test_the_stamp_changes_with_what_people_see(app):
    stamps = [service.stamp()]
    published()
    stamps.append(service.stamp())
    publishing.pause(*HERE, MEERA, REASON)
    stamps.append(service.stamp())
    publishing.resume(*HERE, MEERA)
    stamps.append(service.stamp())
    recorded(a_provider(a_service(promise=10)))
    assert stamps[0] is None
    assert len(set(stamps)) == 4
    assert service.stamp() == stamps[-1]


def test_an_offer_costs_one_question_and_a_version_none(app, queries):
    version = published()[0]
    service.offered(*HERE)
    with queries() as told:
        service.offered(*HERE)
    assert len(told) == 1
    with queries() as told:
        service.version(version.id)
    assert told == []


def test_many_versions_cost_one_question(app, queries):
    slugs = [f"certificate-{number}" for number in range(9)]
    all_nine = service.sync([a_provider(*(a_service(slug=slug) for slug in slugs))])
    with queries() as told:
        found = service.versions(version.id for version in all_nine)
    assert len(found) == 9
    assert len(told) == 1


def test_the_newest_versions_are_listed_a_page_at_a_time(app):
    slugs = [f"certificate-{number}" for number in range(3)]
    published(a_provider(*(a_service(slug=slug) for slug in slugs)))
    recorded(a_provider(a_service(slug="certificate-1", promise=1)))
    page = service.newest(most=2)
    assert [(one.service, one.number) for one in page] == [
        ("certificate-0", 1),
        ("certificate-1", 2),
    ]
    rest = service.newest(("tehsil", "certificate-1"))
    assert [one.service for one in rest] == ["certificate-2"]
    assert [one.service for one in service.newest(waiting=True)] == ["certificate-1"]
