"""What makes no sense in a declaration: each fault has its place and a sentence."""

import pytest

from portal.registry import (
    Billing,
    Declaration,
    Document,
    Field,
    Form,
    Holiday,
    Notice,
    Reminders,
    Renewal,
    Stage,
    Step,
    Webhook,
)
from portal.registry.conformance import findings
from portal.registry.contract import Calendar, IssuedDocument, Paper
from portal.registry.domain import every_field, look
from portal.registry.words import Words
from portal.rules import BOOL, compile_rule, rule
from tests.registry.declared import FORM, USE, form_of, provider, said, service
from tools import big_form

STEP = "services.connection.form.steps.questions"
SALARY = Field.money("salary", said("Salary"))


def found(**changed):
    return findings(provider(service(**changed)))


def asking(*fields):
    return found(form=form_of(*fields), fee=None)


def text(**more):
    return Field.text("shop", said("Shop"), **more)


def test_a_sound_declaration_has_no_findings():
    assert findings(provider()) == ()


def partners(*, fields=None, **more):
    inner = fields or [Field.name("who", said("Name")), Field.integer("share", said("Share"))]
    return Field.group("partners", said("Partners"), *inner, item=said("Partner"), **more)


FIELDS = [
    (text(prefill="profile.nam"), "prefill", "Nothing is called profile.nam. Did you mean profile"),
    (text(prefill="vault.licence"), "prefill", "Nothing is called vault.licence."),
    (text(prefill="profile.home"), "prefill", "of kind address, and the question is text"),
    (Field.date("born", said("b"), prefill="profile.name"), "prefill", "kind name, and the"),
    (text(prefill="profile.name", never_prefill=True), "prefill", "never filled in"),
    (Declaration("honest", said("x"), prefill="profile.name"), "prefill", "never filled in"),
    (Document("paper", said("x"), prefill="profile.name"), "prefill", "is of kind name"),
    (Field.text("x", said("x"), prefill="vault.land_record"), "prefill", "is of kind document"),
    (
        Field.choice("g", said("g"), {"a": said("a"), "male": said("m")}, prefill="profile.gender"),
        "prefill",
        "may be female, other, which is no option here",
    ),
    (text(personal="sensitive"), "purpose", "An answer that is sensitive needs a purpose"),
    (Field.national_id("id", said("x")), "purpose", "An answer that is identity needs a purpose"),
    (Field.national_id("id", said("x"), personal="personal"), "personal", "of the class identity"),
    (Field.text("Shop", said("x")), "name", "'Shop' cannot be used in rules"),
    (Field.text("in", said("x")), "name", "'in' cannot be used in rules"),
    (Field.text("my shop", said("x")), "name", "'my shop' cannot be used in rules"),
    (Field.text("person", said("x")), "name", "person is a fact already"),
    (Field.text("later", said("x")), "name", "later is a name that every page of a form uses"),
    (text(min_length=5, max_length=4), "max_length", "at least 5 and at most 4"),
    (text(max_length=10_001), "max_length", "A text has 1 to 10000 characters"),
    (Field.long_text("x", said("x"), min_length=-1), "max_length", "A text has 1 to 10000"),
    (text(pattern="(?=a)", pattern_message=said("x")), "pattern", "RE2 does not understand"),
    (text(pattern="[0-9]+"), "pattern_message", "Say in words what the pattern asks for"),
    (Field.integer("x", said("x"), at_least=2, at_most=1), "at_most", "No answer fits"),
    (Field.decimal("x", said("x"), places=7), "places", "0 to 6 decimal places"),
    (Field.money("x", said("x"), currency="RUP"), "currency", "'RUP' is no currency"),
    (Field.money("x", said("x"), at_least="2", at_most="1"), "at_most", "No answer fits"),
    (
        Field.date("x", said("x"), not_before="2026-02-01", not_after="2026-01-01"),
        "not_after",
        "at least 2026-02-01 and at most 2026-01-01",
    ),
    (Field.choice("x", said("x"), {"a": said("a")}), "options", "needs two options or more"),
    (
        Field.choice("x", said("x"), {"a": said("a"), "B c": said("b")}),
        "options.B c",
        "'B c' is no code",
    ),
    (
        Field.choices("x", said("x"), {"a": said("a"), "b": said("b")}, at_most=3),
        "at_most",
        "Choose between 0 and 2 options",
    ),
    (
        Field.choices("x", said("x"), {"a": said("a"), "b": said("b")}, at_least=2, at_most=1),
        "at_most",
        "No answer fits",
    ),
    (Document("x", said("x"), accepts=()), "accepts", "Say which kinds fit: pdf, jpeg, png"),
    (Document("x", said("x"), accepts=("exe",)), "accepts", "Files of kind exe are refused"),
    (Document("x", said("x"), most_bytes=0), "most_bytes", "Say a size from 1 to 10000000"),
    (Document("x", said("x"), most_bytes=10_000_001), "most_bytes", "Say a size from 1 to"),
    (
        Field.month("x", said("x"), not_before="2026-02", not_after="2026-01"),
        "not_after",
        "at least 2026-02 and at most 2026-01",
    ),
    (Field.photo("x", said("x"), accepts=("pdf",)), "accepts", "Files of kind pdf are refused"),
    (Field.photo("x", said("x"), accepts=()), "accepts", "Say which kinds fit: jpeg, png"),
    (Field.photo("x", said("x"), most_bytes=0), "most_bytes", "Say a size from 1 to 10000000"),
    (Field.photo("x", said("x"), prefill="profile.name"), "prefill", "never filled in"),
    (Field.audio("x", said("x"), most_seconds=0), "most_seconds", "from 1 to 180 seconds"),
    (Field.audio("x", said("x"), most_seconds=181), "most_seconds", "from 1 to 180 seconds"),
    (Field.audio("x", said("x"), most_bytes=20_000_001), "most_bytes", "Say a size from 1"),
    (Field.audio("x", said("x"), prefill="profile.name"), "prefill", "never filled in"),
    (Field.location("x", said("x"), prefill="profile.home"), "prefill", "is of kind address"),
    (Field.computed("x", said("x"), rule="1", prefill="profile.name"), "prefill", "never filled"),
    (Field.computed("x", said("x"), rule="1", required=True), "required", "Nobody answers this"),
    (Field.computed("x", said("x"), rule="'a'"), "rule", "number is needed here"),
    (Field.computed("x", said("x"), rule="1", gives="money"), "rule", "money is needed here"),
    (Field.computed("x", said("x"), rule="x + 1"), "rule", "x is asked after this"),
    (Field.computed("x", said("x"), rule="nobody + 1"), "rule", "nothing is called nobody"),
    (partners(prefill="profile.name"), "prefill", "never filled in"),
    (partners(at_least=3, at_most=2), "at_most", "No answer fits"),
    (partners(at_most=51), "at_most", "A group has 1 to 50 rows"),
    (partners(at_least=0, at_most=0), "at_most", "A group has 1 to 50 rows"),
    (partners(at_least=-1), "at_most", "A group has 1 to 50 rows"),
    (partners(fields=[Notice("read", said("x"))]), "fields", "The group asks nothing."),
    (partners(valid=("size(partner) > 1", said("x"))), "valid", "Write partners"),
    (partners(when="size(partners) > 1"), "when", "partners is asked after this"),
]


@pytest.mark.parametrize(("field", "part", "sentence"), FIELDS)
def test_a_question_that_makes_no_sense_is_found(field, part, sentence):
    (finding,) = asking(field)
    assert finding.place == f"{STEP}.fields.{field.name}.{part}"
    assert sentence in finding.sentence
    assert finding.weight == "error"


@pytest.mark.parametrize(
    "field",
    [
        text(prefill="profile.name"),
        Field.name("x", said("x"), prefill="profile.father_name"),
        Field.date("x", said("x"), not_before="today", not_after="2026-01-01"),
        Field.choices("x", said("x"), {"a": said("a"), "b": said("b")}, at_least=1, at_most=2),
        Notice("x", said("x")),
        text(pattern="[0-9]+", pattern_message=said("Digits.")),
    ],
)
def test_a_question_that_makes_sense_is_not_found(field):
    assert asking(field) == ()


RULES = [
    ({"when": "use =="}, "when", "stops too early"),
    ({"when": "use == 3"}, "when", "Here the left side is text and the right side is number"),
    ({"when": "'yes'"}, "when", "yes or no is needed here"),
    ({"when": "colour == 'red'"}, "when", "nothing is called colour"),
    ({"when": "beyond"}, "when", "beyond is asked after this"),
    ({"when": "shop == ''"}, "when", "shop is asked after this"),
    ({"when": "paper"}, "when", "paper is asked after this, or cannot be used in rules"),
    ({"when": "use == 'hom'"}, "when", "use has no option 'hom'. Did you mean home?"),
    ({"when": "use in ['home', 'shop']"}, "when", "use has no option 'shop'."),
    ({"when": "person.age > 3"}, "when", "nothing is called person"),
    ({"valid": ("beyond", said("x"))}, "valid", "beyond is asked after this"),
    ({"valid": ("size(shop)", said("x"))}, "valid", "yes or no is needed here"),
]


@pytest.mark.parametrize(("more", "part", "sentence"), RULES)
def test_a_rule_that_cannot_be_decided_is_found(more, part, sentence):
    beyond = Field.yes_no("beyond", said("Later"))
    paper = Document("paper", said("Paper"))
    (finding,) = asking(USE, paper, text(**more), beyond)
    assert finding.place == f"{STEP}.fields.shop.{part}"
    assert sentence in finding.sentence


def test_a_rule_may_use_what_is_asked_before_and_a_check_its_own_answer():
    rules = {"when": "use == 'home'", "valid": ("shop != '' && use in ['home']", said("x"))}
    assert asking(USE, text(**rules)) == ()


def test_a_step_may_hang_on_earlier_steps_only():
    form = Form(Step(said("1"), USE, slug="one", when="use == 'home'"))
    (finding,) = found(form=form, fee=None)
    assert finding.place == "services.connection.form.steps.one.when"
    assert "use is asked after this" in finding.sentence


@pytest.mark.parametrize(
    ("fee", "sentence"),
    [
        ("150", "The fee has no currency. Write amounts as money('150.00', 'INR')."),
        ("taps * 20", "The fee has no currency."),
        ("'free'", "money is needed here"),
        ("money('150', 'RUP')", "write money as in"),
        ("money('1.00', 'INR') * tap", "nothing is called tap here."),
        (
            "use == 'shop' ? money('1.00', 'INR') : money('2.00', 'INR')",
            "use has no option 'shop'.",
        ),
    ],
)
def test_a_fee_that_cannot_be_worked_out_is_found(fee, sentence):
    (finding,) = found(fee=fee)
    assert finding.place == "services.connection.fee"
    assert sentence in finding.sentence


def test_a_fee_without_words_is_found():
    (finding,) = found(fee_words=None)
    assert finding.place == "services.connection.fee_words"


@pytest.mark.parametrize("rule", ["person.age", "usage == 'home'", "person.age >= 'x'"])
def test_eligibility_is_yes_or_no_about_facts_and_answers(rule):
    (finding,) = found(eligibility=rule)
    assert finding.place == "services.connection.eligibility"


def test_eligibility_over_facts_and_answers_is_fine():
    assert found(eligibility="person.age >= 18 && person.gender == 'female'") == ()
    assert found(eligibility="person.age >= 60 && use == 'home'") == ()


def test_eligibility_by_an_option_that_is_not_there_is_found():
    (finding,) = found(eligibility="use == 'shop'")
    assert "use has no option 'shop'." in finding.sentence


@pytest.mark.parametrize(
    ("changed", "place", "sentence"),
    [
        ({"category": "watr"}, "category", "There is no category watr. Did you mean water?"),
        ({"life_events": ("party",)}, "life_events", "There is no life event party."),
        ({"audience": ("women", "kings")}, "audience", "There is no audience kings."),
        ({"promise": 0}, "promise", "Promise one working day or more."),
        ({"promise": 400}, "promise", "Promise a year or less."),
        ({"channels": ()}, "channels", "Name a channel"),
        ({"issues": (IssuedDocument("A b", said("x")),)}, "issues.A b", "'A b' cannot stand in"),
        ({"form": Form(), "fee": None}, "form", "The form asks nothing."),
        ({"stages": (Stage("s", said("x")),) * 2}, "stages.s", "2 stages are called s."),
    ],
)
def test_a_service_that_makes_no_sense_is_found(changed, place, sentence):
    (finding,) = found(**changed)
    assert finding.place == f"services.connection.{place}"
    assert sentence in finding.sentence


def on_paper(*shows, states=()):
    return {"paper": Paper(text=said("x"), shows=shows, states=states)}


@pytest.mark.parametrize(
    ("paper", "place", "sentence"),
    [
        ({"kept_as": "vault.horse"}, "kept_as", "No documents are called vault.horse."),
        ({"kept_as": "profile.name"}, "kept_as", "No documents are called profile.name."),
        (on_paper(), "paper.shows", "Name 1 to 20 questions"),
        (on_paper("horse"), "paper.shows", "No question is called horse."),
        (on_paper("visit.horse"), "paper.shows", "No question is called visit.horse."),
        (on_paper("slip"), "paper.shows", "slip is of kind document"),
        (on_paper("born", states=("card",)), "paper.states", "does not show card"),
        (on_paper("card", states=("card",)), "paper.states", "card identifies a person"),
        (on_paper("born", states=("born",) * 9), "paper.states", "has room for 8"),
    ],
)
def test_a_paper_that_makes_no_sense_is_found(paper, place, sentence):
    card = Field.national_id("card", said("x"), scheme="aadhaar", purpose=said("x"))
    asked = Step(said("x"), Field.date("born", said("x")), card, Document("slip", said("x")))
    form = Form(asked.model_copy(update={"slug": "you"}))
    issues = (IssuedDocument("proof", said("x"), **paper),)
    (finding,) = found(form=form, fee=None, fee_words=None, eligibility=None, issues=issues)
    assert finding.place == f"services.connection.issues.proof.{place}"
    assert sentence in finding.sentence


def test_a_paper_may_show_what_officers_record():
    stage = Stage("visit", said("x"), record=(Field.date("visited", said("x")),))
    issues = (IssuedDocument("proof", said("x"), **on_paper("visit.visited")),)
    assert [one.place for one in found(stages=(stage,), issues=issues)] == []


@pytest.mark.parametrize(
    ("changed", "place", "sentence"),
    [
        ({"slug": "Water board"}, "slug", "'Water board' cannot stand in an address."),
        ({"slug": "a" * 61}, "slug", "cannot stand in an address"),
        ({"grievance_officer": None}, "grievance_officer", "Name the post"),
        ({"languages": ("en", "fr")}, "languages", "There is no language fr."),
        ({"fulfilment": Webhook(settings="water")}, "fulfilment.settings", "capital letters"),
        ({"calendar": Calendar(zone="Asia/Lahor")}, "calendar.zone", "There is no time zone"),
        (
            {"calendar": Calendar(holidays=(Holiday("2062-01-26", said("x")),))},
            "calendar.holidays.2062-01-26",
            "outside the years 2020 to 2050",
        ),
        (
            {"calendar": Calendar(holidays=(Holiday("2026-01-26", said("x")),) * 2)},
            "calendar.holidays.2026-01-26",
            "2 holidays are called 2026-01-26.",
        ),
    ],
)
def test_a_provider_that_makes_no_sense_is_found(changed, place, sentence):
    (finding,) = findings(provider(**changed))
    assert finding.place == place
    assert sentence in finding.sentence


@pytest.mark.parametrize(
    ("changed", "place"),
    [({"contacts": ()}, "contacts"), ({"appeals": ()}, "appeals")],
)
def test_what_a_provider_had_better_say_is_a_warning(changed, place):
    (finding,) = findings(provider(**changed))
    assert (finding.place, finding.weight) == (place, "warning")


@pytest.mark.parametrize("part", ["who_may", "keywords"])
def test_what_a_service_had_better_say_is_a_warning(part):
    (finding,) = found(**{part: ()})
    assert (finding.place, finding.weight) == (f"services.connection.{part}", "warning")


def test_a_provider_without_services_is_a_warning():
    (finding,) = findings(provider().model_copy(update={"services": ()}))
    assert (finding.place, finding.weight) == ("services", "warning")


def test_two_services_of_one_slug_are_found():
    places = [finding.place for finding in findings(provider(service(), service()))]
    assert places == ["services.connection"]


def test_two_questions_of_one_name_are_found_across_steps():
    form = Form(Step(said("1"), text(), slug="one"), Step(said("2"), text(), slug="two"))
    (finding,) = found(form=form, fee=None)
    assert finding == (
        "services.connection.form.fields.shop",
        "2 questions are called shop. Rename them.",
        "error",
    )


def test_two_steps_of_one_slug_and_steps_without_questions_are_found():
    form = Form(Step(said("1"), text(), slug="one"), Step(said("2"), slug="one"))
    sentences = [finding.sentence for finding in found(form=form, fee=None)]
    assert sentences == [
        "2 steps are called one. Rename them.",
        "The step has no questions. Give it some, or leave it out.",
    ]


def test_more_questions_than_anybody_answers_are_found():
    fields = [Field.yes_no(f"q{number}", said("x")) for number in range(501)]
    form = Form(*(Step(said(f"Page {n}"), *fields[n : n + 100]) for n in range(0, 501, 100)))
    (finding,) = found(form=form, fee=None)
    assert "501 questions, and 500 is the most" in finding.sentence


def test_more_questions_than_a_browser_sends_at_once_are_found():
    group = partners(at_most=50, fields=[Field.yes_no(f"q{n}", said("x")) for n in range(7)])
    (finding,) = asking(group)
    assert finding.place == STEP
    assert "may come to 350 questions" in finding.sentence


def test_a_missing_translation_is_found_by_language_and_place():
    half = Words(texts={"en": "Shop", "pa": "ਦੁਕਾਨ", "hi": "दुकान"})
    missing = asking(Field.text("shop", half))
    assert [finding.place for finding in missing] == [
        f"{STEP}.fields.shop.label [pa_Arab]",
        f"{STEP}.fields.shop.label [ur]",
    ]
    assert missing[0].sentence == (
        "“Shop” has no text in pa_Arab. Add it to translations/pa_Arab/LC_MESSAGES/messages.po."
    )


def test_a_text_that_nobody_reads_to_its_end_is_found():
    (finding,) = found(title=Words(texts={**said("Tap").texts, "hi": "न" * 121}))
    assert finding.place == "services.connection.title [hi]"
    assert "121 characters, and 120 is the most" in finding.sentence


def test_a_sensitive_answer_with_its_purpose_is_fine():
    field = SALARY.model_copy(update={"personal": "sensitive", "purpose": said("For the fee.")})
    assert asking(field) == ()


def test_the_form_itself_is_well():
    assert found(form=FORM) == ()


INNER = [
    (Field.text("Shop", said("x")), "name", "'Shop' cannot be used in rules"),
    (Field.text("shown", said("x")), "name", "every page of a form uses"),
    (Field.text("shop", said("x"), personal="sensitive"), "purpose", "sensitive needs a purpose"),
    (Field.name("shop", said("x"), prefill="profile.name"), "prefill", "Questions of a group"),
    (Field.text("shop", said("x"), max_length=0), "max_length", "A text has 1 to"),
    (Field.text("shop", said("x"), when="use == 'hom'"), "when", "Did you mean home?"),
    (Field.text("shop", said("x"), when="share > 1"), "when", "share is asked after this"),
    (Field.text("shop", said("x"), when="size(partners) > 1"), "when", "partners is asked after"),
    (Field.text("shop", said("x"), when="later_on == 'x'"), "when", "later_on is asked"),
    (Field.computed("shop", said("x"), rule="share * 2"), "rule", "share is asked after this"),
]


@pytest.mark.parametrize(("field", "part", "sentence"), INNER)
def test_a_question_of_a_group_that_makes_no_sense_is_found(field, part, sentence):
    after = Field.integer("share", said("Share"))
    (finding,) = asking(USE, partners(fields=[field, after]), Field.text("later_on", said("x")))
    assert finding.place == f"{STEP}.fields.partners.fields.{field.name}.{part}"
    assert sentence in finding.sentence


def test_a_row_may_use_what_is_asked_before_it_and_in_it():
    row = [
        Field.choice("role", said("Role"), {"owner": said("Owner"), "guest": said("Guest")}),
        Field.integer("share", said("x"), when="role == 'owner' && use == 'trade'"),
        Field.computed("rest", said("Rest"), rule="100 - share", gives="integer"),
        Field.text("why", said("Why"), when="rest < 50", valid=("why != '' ", said("x"))),
    ]
    all_shares = ("sum(partners.map(p, p.share)) == 100", said("Shares come to 100."))
    after = Field.yes_no("sure", said("x"), when="partners.exists(p, p.role == 'guest')")
    assert asking(USE, partners(fields=row, valid=all_shares), after) == ()


def test_a_question_of_a_group_is_not_known_outside_of_it():
    (finding,) = asking(partners(), Field.text("shop", said("x"), when="share > 50"))
    assert finding.sentence == ("Each row of partners has a share. Write partners.map(r, r.share).")


def test_an_option_that_no_row_has_is_found():
    role = Field.choice("role", said("x"), {"owner": said("x"), "guest": said("x")})
    when = "partners.exists(p, p.role == 'gues')"
    (finding,) = asking(partners(fields=[role]), Field.text("shop", said("x"), when=when))
    assert finding.sentence == "role has no option 'gues'. Did you mean guest?"


def test_names_inside_groups_are_names_of_the_form():
    first, second = partners(), partners().model_copy(update={"name": "owners"})
    places = [finding.place for finding in asking(Field.text("who", said("x")), first, second)]
    assert places == [f"services.connection.form.fields.{name}" for name in ("who", "share")]


def test_a_group_in_a_group_cannot_be_said():
    with pytest.raises(ValueError, match="group"):
        partners(fields=[partners()])


def test_a_missing_translation_inside_a_group_is_found_by_its_place():
    half = Words(texts={"en": "Name", "pa": "x", "pa_Arab": "x", "hi": "x"})
    (finding,) = asking(partners(fields=[Field.name("who", half)]))
    assert finding.place == f"{STEP}.fields.partners.fields.who.label [ur]"


def test_questions_of_groups_count_among_the_questions_of_a_form():
    inner = [Field.yes_no(f"q{number}", said("x")) for number in range(250)]
    first = partners(fields=inner, at_most=1)
    others = [one.model_copy(update={"name": f"r{n}"}) for n, one in enumerate(inner)]
    second = partners(fields=others, at_most=1).model_copy(update={"name": "owners"})
    form = Form(Step(said("One"), first), Step(said("Two"), second))
    (finding,) = found(form=form, fee=None)
    assert "502 questions" in finding.sentence


@pytest.mark.parametrize(
    ("renewal", "part", "sentence"),
    [
        (Renewal(months=0), "months", "1 to 600 months"),
        (Renewal(months=601), "months", "1 to 600 months"),
        (Renewal(months=12, remind_days=0), "remind_days", "1 to 180 days"),
        (Renewal(months=12, remind_days=181), "remind_days", "1 to 180 days"),
        (Renewal(months=1, remind_days=28), "remind_days", "before it begins"),
        (Renewal(months=12, service="conection"), "service", "Did you mean connection?"),
    ],
)
def test_a_renewal_that_makes_no_sense_is_found(renewal, part, sentence):
    (finding,) = found(renewal=renewal)
    assert finding.place == f"services.connection.renewal.{part}"
    assert sentence in finding.sentence


def test_a_renewal_by_another_service_is_fine():
    other = service(slug="again", renewal=None)
    assert findings(provider(service(renewal=Renewal(months=12, service="again")), other)) == ()


def test_an_account_that_cannot_be_checked_is_found():
    def billed(**more):
        told = {"title": said("Bills"), "account": said("Number")} | more
        return findings(provider(billing=Billing(**told)))

    assert billed() == ()
    assert billed(pattern="[0-9]+", pattern_message=said("Digits.")) == ()
    (finding,) = billed(pattern="[0-9]+")
    assert finding.place == "billing.pattern_message"
    (finding,) = billed(pattern="(?=a)", pattern_message=said("x"))
    assert (finding.place, "RE2" in finding.sentence) == ("billing.pattern", True)


def test_a_form_of_300_questions_is_well_and_its_rules_are_compiled_once():
    big = big_form.provider()
    form = big.services[0].form
    assert sum(1 for _ in every_field(form)) == big_form.QUESTIONS
    assert findings(big) == ()
    asked = look(form, big_form.answers(form))
    assert not [*asked.missing(), *asked.failed()]
    hanging = [one for one in form.fields if one.when]
    assert 150 < len(hanging) < rule.KEPT
    # The same rule whatever other names are known: the check before publishing made them all.
    for one in hanging:
        made = asked.plan.by_name[one.name].when
        assert made is compile_rule(one.when, asked.plan.types | {"beside": BOOL})


@pytest.mark.parametrize(
    ("reminders", "part", "sentence"),
    [
        (Reminders(draft_days=0), "draft_days", "from 1 to 180"),
        (Reminders(answer_days=181), "answer_days", "from 1 to 180"),
        (Reminders(pay_days=14), "pay_days", "from 1 to 13"),
    ],
)
def test_reminders_that_make_no_sense_are_found(reminders, part, sentence):
    (finding,) = found(reminders=reminders)
    assert finding.place == f"services.connection.reminders.{part}"
    assert sentence in finding.sentence
