"""A department whose cases go through stages: a clerk checks, a surveyor visits, a head decides."""

from portal.accounts.domain import Scope
from portal.applications import applying, service
from portal.applications.deciding import service as deciding
from portal.applications.domain import Actor, Author, ProviderEvent
from portal.applications.work import service as work
from portal.forms import service as drafts
from portal.kernel.db import db
from portal.registry import Escalation, Field, Letter, Post, Reason, Stage, Workflow
from tests.accounts.factories import make_person
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import words
from tests.webhooks.factories import ANSWERS, tehsil

POSTS = (
    Post("clerk", words("Clerk")),
    Post("surveyor", words("Surveyor")),
    Post("head", words("Head of the office")),
)
STAGES = (
    Stage(
        "check",
        words("The papers are checked"),
        post="clerk",
        days=2,
        acts=("progress", "ask", "note", "refuse"),
        to=("visit",),
        escalates=(Escalation("head"),),
    ),
    Stage(
        "visit",
        words("The surveyor visits"),
        post="surveyor",
        days=5,
        acts=("progress", "ask", "note"),
        to=("check", "decision"),
        record=(
            Field.yes_no("lives_there", words("The family lives there")),
            Field.long_text("what_was_found", words("What was found"), required=False),
        ),
    ),
    Stage(
        "decision",
        words("The head decides"),
        post="head",
        days=3,
        acts=("progress", "approve", "refuse", "note"),
        to=("visit",),
    ),
)
WORKFLOW = Workflow(
    two_people=("approve",),
    reasons=(
        Reason("too-much", words("The income is above the limit")),
        Reason("elsewhere", words("The family lives elsewhere")),
    ),
    letters=(
        Letter("blurred", words("Blurred paper"), words("Your paper cannot be read.")),
        Letter("thanks", words("Thanks"), words("We have begun."), "note"),
    ),
)


def department():
    """The tehsil of the tests, with posts and stages; published and committed."""
    whole = tehsil()
    staged = whole.services[0].model_copy(update={"stages": STAGES, "workflow": WORKFLOW})
    publishing.published(whole.model_copy(update={"posts": POSTS, "services": (staged,)}))
    db.session.commit()


def an_officer(post=None, **more):
    return make_person(role="officer", provider="tehsil", post=post, **more)


def sent(person):
    """An application to the department; committed."""
    course = applying.begin(person.id, "tehsil", "income-certificate")
    drafts.save(course.draft, ANSWERS, [one.name for one in course.form.fields])
    db.session.commit()
    made = applying.send(applying.resume(person.id, "tehsil", "income-certificate"))
    db.session.commit()
    return made


def reach(post=None):
    return frozenset({Scope("tehsil", post=post)})


def by(officer):
    return Author(Actor.OFFICER, f"person:{officer.id}")


def act(case, officer, kind, post=None, **more):
    """Let an officer do something with a case; committed."""
    moved = service.receive(
        reach(post), case.reference, ProviderEvent(type=kind, **more), by(officer)
    )
    db.session.commit()
    return moved


def wants(case, officer, kind, post=None, **more):
    """The same, where a second officer may have to confirm it."""
    event = ProviderEvent(type=kind, **more)
    done = deciding.tell(reach(post), case.reference, event, officer.id)
    db.session.commit()
    return done


def at_the_head(case, clerk, surveyor):
    """A case that was checked and visited."""
    act(case, clerk, "accept", "clerk")
    act(case, clerk, "progress", "clerk", stage="visit")

    work.record(service.by_id(case.id), {"lives_there": True}, surveyor.id)
    return act(case, surveyor, "progress", "surveyor", stage="decision")
