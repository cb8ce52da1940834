"""A department that visits people, and one to which they come; cases that stand there."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.applications import applying
from portal.forms import service as drafts
from portal.kernel.db import db
from portal.registry import Appointment, Field, Form, Hours, Office, Post, Stage, Step, Visit
from tests.applications import factories
from tests.applications.workflows import act
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import words
from tests.webhooks.factories import ANSWERS, tehsil

IST = ZoneInfo("Asia/Kolkata")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=IST)
TUESDAY_TEN = datetime(2026, 11, 24, 10, 0, tzinfo=IST)
AT_THE_KENDRA = Appointment(
    offices=(
        Office("rampur", words("Sewa kendra Rampur"), words("Bus stand, Rampur")),
        Office("town", words("Sewa kendra Town"), words("Court road, Town")),
    ),
    hours=tuple(Hours(day, "10:00", "12:00") for day in range(1, 6)),
    minutes=30,
    seats=3,
    to_days=7,
    moves=2,
)
AT_HOME = Visit(words("The house and who lives in it"), "home", photos=1)


def department(**stage):
    """The tehsil of the tests, with one stage for the meeting and one for the decision."""
    meets = Stage("meet", words("You meet"), post="clerk", days=5, to=("decide",), **stage)
    decides = Stage("decide", words("It is decided"), post="clerk", days=2, to=("meet",))
    whole = tehsil()
    first, *others = whole.services[0].form.steps
    at = Step(
        first.title, *first.fields, Field.address("home", words("Where you live")), slug="you"
    )
    changed = {"stages": (meets, decides), "form": Form(at, *others)}
    staged = whole.services[0].model_copy(update=changed)
    posts = (Post("clerk", words("Clerk")),)
    publishing.published(whole.model_copy(update={"posts": posts, "services": (staged,)}))
    db.session.commit()


def accepted(person, clerk):
    """A case that waits in the stage of the meeting; committed."""
    course = applying.begin(person.id, "tehsil", "income-certificate")
    answers = {**ANSWERS, "home": factories.home()}
    drafts.save(course.draft, answers, [one.name for one in course.form.fields])
    db.session.commit()
    case = applying.send(applying.resume(person.id, "tehsil", "income-certificate"))
    db.session.commit()
    return act(case, clerk, "accept", "clerk")


def later(days=0, **more):
    return TUESDAY_TEN + timedelta(days=days, **more)
