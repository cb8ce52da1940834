"""A provider that is asked for more than messages can be tried, too: the simulator answers."""

import pytest

from examples.demo_department.app import Config
from portal.demo import answers, department
from portal.demo.simulator.desk import create_app
from portal.interfaces import service as interfaces
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.contract import Billing, Field, Form, HookPaths, LookUp, Step
from portal.registry.discovery import hooks_of
from portal.registry.hook_paths import bills, look_up
from portal.registry.hooks import Bill, Case, Draft, Hooks
from tests.examples.conftest import kernel, private_allowed, serve
from tests.registry.publishing_factories import a_provider, a_service, published, words
from tests.webhooks.conftest import SECRET

__all__ = ["kernel", "private_allowed", "serve"]
LOOKS = LookUp(fills={"holder": "owner", "count": "meters", "place": "home"}, path="/accounts")
FORM = Form(
    Step(
        words("The meter"),
        Field.text("account", words("Account"), look_up=LOOKS),
        Field.name("owner", words("Owner")),
        Field.integer("meters", words("Meters")),
        Field.address("home", words("Home")),
        slug="meter",
    )
)
PROVIDER = a_provider(
    a_service(
        form=FORM,
        asks=("quote", "check", "payload"),
        quote_by=("meters",),
        fee_words=words("By the meters."),
    ),
    billing=Billing(title=words("Bills"), account=words("Account")),
    hooks=HookPaths(quote="/fees", check="/check", payload="/payload", bills="/open"),
)


@pytest.fixture
def desk(app, private_allowed, serve, tmp_path):
    published(PROVIDER)
    settings = Config(SECRET, "token", "http://127.0.0.1:9", tmp_path / "department")
    program = create_app(settings, answers.of(PROVIDER))
    interfaces.save("tehsil", serve(program), "tests", SECRET)
    db.session.commit()
    return program.test_client()


@pytest.fixture
def offer(desk):
    return registry.offered("tehsil", "income-certificate")


def test_every_question_that_is_declared_has_an_answer_that_is_understood(offer):
    draft = Draft("income-certificate", {"meters": 2}, "en")
    assert interfaces.quote(offer, draft).amount == "100.00"
    assert interfaces.check(offer, draft) == ()
    case = Case("application.submitted", "PB-1", "income-certificate", {}, "en")
    assert interfaces.payload(offer, case) == {"tried": True}
    hook = bills(offer.provider, hooks_of("tehsil"))
    told = interfaces.answered("tehsil", lambda ask: hook("123", ask))
    assert told == [Bill("TRY-1", "100.00", "INR")]
    hook = look_up(LOOKS, Hooks())
    told = interfaces.answered("tehsil", lambda ask: hook("account", "123", ask))
    assert told == {"holder": "Asha Devi", "count": 1}


def test_each_question_is_shown_as_it_came(desk, offer):
    interfaces.quote(offer, Draft("income-certificate", {"meters": 2}, "en"))
    hook = bills(offer.provider, hooks_of("tehsil"))
    interfaces.answered("tehsil", lambda ask: hook("123", ask))
    listed = desk.get("/requests").text
    assert "asked at /fees" in listed
    assert "asked at /open" in listed
    for number in (1, 2):
        assert "The signature is right." in desk.get(f"/requests/{number}").text
    assert "meters" in desk.get("/requests/1").text
    desk.post("/fees", json={"meters": 3})
    assert "The signature is wrong" in desk.get("/requests/3").text


def test_only_what_is_asked_for_anything_gets_an_address():
    assert answers.is_asked(PROVIDER)
    assert answers.is_asked(a_provider(a_service(form=FORM)))
    assert not answers.is_asked(a_provider())
    assert answers.of(a_provider()) == {}


def test_the_department_is_told_its_answers(tmp_path):
    told = department.Department("s", "t", 1, "http://portal", answers.of(PROVIDER))
    department.write(tmp_path / "demo" / "department.json", told)
    assert department.read(tmp_path / "demo" / "department.json") == told
