"""A department whose decisions can be appealed: a head decides, a commissioner and a board look."""

from datetime import datetime
from zoneinfo import ZoneInfo

from portal.applications import service
from portal.applications.appeals import service as appeals
from portal.applications.domain import Actor, Author
from portal.kernel.db import db
from portal.registry import AppealLevel, Post
from tests.applications.workflows import POSTS, reach
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import words
from tests.webhooks.factories import tehsil

IST = ZoneInfo("Asia/Kolkata")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=IST)
LEVELS = (
    AppealLevel(words("Commissioner"), "commissioner", ask_days=30, days=10),
    AppealLevel(words("Board of appeals"), "board", ask_days=60, days=20),
)


def department(**changes):
    """The tehsil of the tests, with posts of authorities; published and committed."""
    whole = tehsil()
    stages = tuple(one.model_copy(update={"post": "head"}) for one in whole.services[0].stages)
    usual = {"appeals": LEVELS, "stages": stages}
    offered = whole.services[0].model_copy(update=usual | changes)
    posts = (*POSTS, Post("commissioner", words("Commissioner")), Post("board", words("Board")))
    publishing.published(whole.model_copy(update={"posts": posts, "services": (offered,)}))
    db.session.commit()


def fresh(case):
    db.session.expire_all()
    return service.by_id(case.id)


def asks(case, text="My income was read wrongly.", papers=()):
    """The person appeals; committed."""
    locked = service.find(case.person_id, case.reference, lock=True)
    made = appeals.ask(locked, Author(Actor.CITIZEN, str(case.person_id)), text, papers)
    db.session.commit()
    return made


def decides(appeal, officer, outcome, post="commissioner", why="We looked at it again."):
    """An officer of an authority decides; committed."""
    done = appeals.decide(reach(post), appeal.id, outcome, {"en": why}, officer.id)
    db.session.commit()
    return done
