"""A question of every kind that the contract knows, in every state that a page can show it in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, get_args

from portal.geo import service as geo
from portal.i18n import gettext
from portal.kernel.errors import N_
from portal.registry import questions
from portal.registry.questions import Field, Form, Question, Step
from portal.registry.vocabulary import CATEGORIES, YOUR_PROFILE
from portal.registry.words import Words

STEP = "every-kind"
STATES: Mapping[str, str] = {
    "empty": N_("Empty"),
    "filled": N_("Filled"),
    "source": N_("Filled in from elsewhere"),
    "wrong": N_("With an error"),
    "optional": N_("Left open, with a hint"),
}
HINT = N_("As on your identity card")
# These say nothing of themselves, or ask nothing: fewer states make sense for them.
SILENT = {"notice", "computed"}
NEVER_FILLED = {"document", "photo", "audio", "declaration", "group"} | SILENT


@dataclass(frozen=True)
class Sample:
    """How to ask a question of one kind, its words, an answer, and what only its kind has."""

    ask: Callable[..., Question]
    label: str
    answer: Any = None
    more: Mapping[str, Any] = field(default_factory=dict)


def kinds() -> tuple[str, ...]:
    """Every kind that the contract knows, asked of the contract itself."""
    return tuple(dict.fromkeys(_kinds_in(questions.AnyField)))


def _kinds_in(union: Any) -> Iterator[str]:
    for one in get_args(union):
        if isinstance(one, type) and issubclass(one, Question):
            yield one.model_fields["kind"].default
        else:
            yield from _kinds_in(one)


def states_of(kind: str) -> tuple[str, ...]:
    left_out = {"source"} if kind in NEVER_FILLED else set()
    left_out |= {"wrong"} if kind in SILENT else set()
    left_out |= {"filled"} if kind == "notice" else set()
    return tuple(state for state in STATES if state not in left_out)


def form() -> Form:
    """All of them on one page, in the language spoken now."""
    fields = [asked(kind, state) for kind in kinds() for state in states_of(kind)]
    return Form(Step(words(N_("Questions")), *fields, slug=STEP))


def asked(kind: str, state: str) -> Question:
    sample = SAMPLES[kind]
    common: dict[str, Any] = dict(sample.more)
    if state == "optional":
        common |= {"hint": words(HINT)} | ({} if kind == "notice" else {"required": False})
    if kind == "computed":
        common["rule"] = f"integer_{'filled' if state == 'filled' else 'empty'} * 3"
    if kind == "group":
        return _group(sample, state, common)
    return sample.ask(f"{kind}_{state}", words(sample.label), **common)


def _group(sample: Sample, state: str, common: dict[str, Any]) -> Question:
    """Names of questions in a group stand once in a form, so the state is part of them."""
    inner = (
        Field.name(f"partner_{state}", words(N_("Full name"))),
        Field.yes_no(f"has_phone_{state}", words(N_("Is there a phone?"))),
        Field.phone(
            f"reached_{state}", words(N_("Mobile number")), when=f"has_phone_{state} == true"
        ),
    )
    item = words(N_("Partner"))
    return Field.group(f"group_{state}", words(sample.label), *inner, item=item, **common)


def answers() -> dict[str, Any]:
    """What stands in those that are filled."""
    found = {}
    for kind, sample in SAMPLES.items():
        for state in ("filled", "source"):
            if sample.answer is not None and state in states_of(kind):
                found[f"{kind}_{state}"] = sample.answer
    found["group_filled"] = _partners()
    area = some_area()
    for state in ("filled", "source"):
        for kind in ("address", "location"):
            found[f"{kind}_{state}"] = {**SAMPLES[kind].answer, "area": area}
    return found


def sources() -> dict[str, Mapping[str, str]]:
    return {f"{kind}_source": YOUR_PROFILE.texts for kind in kinds()}


def words(msgid: str) -> Words:
    """The portal's own words stand for a provider's, in the language spoken now."""
    return Words(texts={"en": gettext(msgid)})


def some_area() -> str | None:
    """The first place of every list, down to a village; None where no areas were imported."""
    area: str | None = None
    while (lists := geo.levels(area)) and lists[-1].chosen is None:
        area = lists[-1].options[0][0]
    return area


def _partners() -> list[dict[str, Any]]:
    return [
        {"partner_filled": "Asha Devi", "has_phone_filled": True, "reached_filled": PHONE},
        {"partner_filled": "Gurpreet Kaur", "has_phone_filled": False},
    ]


def _file(name: str, kind: str, size: int) -> dict[str, Any]:
    return {"file": NO_FILE, "name": name, "type": kind, "bytes": size, "sha256": "0" * 64}


PHONE = "+919876543210"
NO_FILE = "00000000-0000-0000-0000-000000000000"
_PEOPLE = {"female": N_("Woman"), "male": N_("Man"), "other": N_("Other")}


def _choice(name: str, label: Words, **more: Any) -> Question:
    people = {code: words(said) for code, said in _PEOPLE.items()}
    # A long list opens as one, a short one stands as cards.
    many = {code: entry.title for code, entry in CATEGORIES.items()}
    return Field.choice(
        name, label, many if name.endswith(("optional", "wrong")) else people, **more
    )


def _choices(name: str, label: Words, **more: Any) -> Question:
    some = {code: CATEGORIES[code].title for code in list(CATEGORIES)[:4]}
    return Field.choices(name, label, some, **more)


_POSITION = {"latitude": "30.90096", "longitude": "75.85727", "accuracy": 25}
SAMPLES: Mapping[str, Sample] = {
    "text": Sample(Field.text, N_("Subject"), "Asha Devi"),
    "long_text": Sample(Field.long_text, N_("Message or reason"), "Asha Devi\n12/4"),
    "integer": Sample(Field.integer, N_("Number of people"), 4),
    "decimal": Sample(Field.decimal, N_("Size"), "2.5", {"at_least": Decimal(0)}),
    "money": Sample(Field.money, N_("Fee"), {"amount": "1200.50", "currency": "INR"}),
    "date": Sample(Field.date, N_("Date of birth"), "1990-03-27", {"not_after": "today"}),
    "month": Sample(Field.month, N_("Month"), "2026-04"),
    "yes_no": Sample(Field.yes_no, N_("Is there a phone?"), answer=True),
    "choice": Sample(_choice, N_("Gender"), "female"),
    "choices": Sample(_choices, N_("Which services"), list(CATEGORIES)[1:3]),
    "phone": Sample(Field.phone, N_("Mobile number"), PHONE),
    "email": Sample(Field.email, N_("E-mail address"), "asha@example.org"),
    "name": Sample(Field.name, N_("Full name"), "Asha Devi"),
    "national_id": Sample(Field.national_id, N_("Aadhaar number"), "234123412346"),
    "address": Sample(Field.address, N_("Home address"), {"line": "12/4", "postal_code": "141001"}),
    "location": Sample(
        Field.location, N_("Where it is"), {**_POSITION, "area": None, "line": "Clock Tower"}
    ),
    "document": Sample(
        Field.document, N_("The document"), _file("slip.pdf", "application/pdf", 84_000)
    ),
    "photo": Sample(
        Field.photo, N_("A photo of the place"), _file("gate.jpg", "image/jpeg", 640_000)
    ),
    "audio": Sample(
        Field.audio,
        N_("What happened, in your own words"),
        {**_file("recording.mp3", "audio/mpeg", 320_000), "seconds": 53},
    ),
    "declaration": Sample(Field.declaration, N_("All that I wrote is true."), answer=True),
    "computed": Sample(Field.computed, N_("Worked out by a rule"), None, {"gives": "integer"}),
    "notice": Sample(Field.notice, N_("No officer ever asks for them.")),
    "group": Sample(Field.group, N_("Partners"), None, {"at_least": 1, "at_most": 4}),
}
