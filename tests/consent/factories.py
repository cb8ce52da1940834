"""Offers and consents to test with."""

from portal.consent import service
from portal.kernel.ids import uuid7
from portal.registry.service import Offer
from tests.registry.publishing_factories import a_provider


def some_offer():
    provider = a_provider()
    return Offer(uuid7(), 1, provider, provider.services[0], "published")


def agree(person_id, offer, fields, application_id=None):
    return service.record(
        application_id=application_id or uuid7(),
        subject_id=person_id,
        person_id=person_id,
        offer=offer,
        fields=fields,
    )
