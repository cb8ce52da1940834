"""The applications of the person, or of whom the visitor acts for now."""

from dataclasses import replace

from portal.applications import applying, domain, service
from portal.applications.applying import Course
from portal.applications.service import Author, Behalf, Case
from portal.delegation.domain import Need
from portal.delegation.visitors import Whose, whose


def by(here: Whose) -> Behalf | None:
    """Who does it for the person; None when it is the person."""
    if here.services is None:
        return None
    author = Author(domain.Actor(here.standing), str(here.actor_id), here.mandate_id)
    return Behalf(author, here.services)


def mine(reference: str, need: Need = Need.FOLLOW) -> Case:
    """Raises NoSuchApplication, also for what is somebody else's."""
    here = whose(need=need)
    return service.find(here.person_id, reference, by=by(here))


def course(provider: str, name: str) -> Course | None:
    """The open draft; None when there is none. Raises NoSuchService."""
    here = whose(provider, name, Need.FILL)
    found = applying.resume(here.person_id, provider, name)
    return None if found is None else named(found, here)


def named(found: Course, here: Whose) -> Course:
    return found if here.scope is None else replace(found, owner=here.name)
