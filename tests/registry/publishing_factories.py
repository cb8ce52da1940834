"""A small department of the tests, in five languages, and the two clerks who publish for it."""

from uuid import UUID

from portal.kernel.db import db
from portal.registry import service
from portal.registry.contract import (
    Appeal,
    Contact,
    Declaration,
    Document,
    Field,
    Form,
    IssuedDocument,
    Officer,
    Provider,
    Service,
    Stage,
    Step,
    Webhook,
    Words,
)
from portal.registry.publishing import service as publishing

MEERA, KARAM = UUID(int=1), UUID(int=2)
CODES = ("en", "pa", "pa_Arab", "hi", "ur")


def words(*texts):
    """Five texts, or one that stands for all with the language behind it."""
    if len(texts) == 1:
        texts = (texts[0], *(f"{texts[0]} ({code})" for code in CODES[1:]))
    return Words(texts=dict(zip(CODES, texts, strict=True)))


TITLE = words(
    "Income certificate", "ਆਮਦਨ ਸਰਟੀਫਿਕੇਟ", "آمدن سرٹیفکیٹ", "आय प्रमाण पत्र", "آمدنی سرٹیفکیٹ"
)
INCOME = words("income", "ਆਮਦਨ", "آمدن", "आमदनी", "آمدنی")
APPLICANT = Field.name("applicant", words("Your full name"), prefill="profile.name")
FAMILY_INCOME = Field.money(
    "family_income",
    words("Income of your family"),
    personal="sensitive",
    purpose=words("It is what the certificate states."),
)
PAPERS = Step(
    words("Documents"),
    Document("income_proof", words("Proof of income"), hint=words("Salary slips.")),
    Declaration("all_true", words("All of this is true.")),
    slug="papers",
)


def a_service(**more):
    said = {
        "slug": "income-certificate",
        "title": TITLE,
        "summary": words("States what your family earns."),
        "description": words("An officer looks into what you state, then certifies it."),
        "category": "certificates",
        "life_events": ("study",),
        "audience": ("everyone", "students"),
        "keywords": (INCOME, words("scholarship", "ਵਜ਼ੀਫ਼ਾ", "وظیفہ", "छात्रवृत्ति", "وظیفہ")),
        "who_may": (words("You live in the state."),),
        "form": Form(Step(words("About you"), APPLICANT, FAMILY_INCOME, slug="you"), PAPERS),
        "promise": 15,
        "stages": (Stage("field-report", words("The patwari looks into it")),),
        "issues": (IssuedDocument("certificate", words("Income certificate (PDF)")),),
        "shares": words("To check your income and to write the certificate."),
        "keeps": words("The department keeps your answers for five years."),
    }
    return Service(**said | more)


def a_provider(*services, slug="tehsil", **more):
    said = {
        "slug": slug,
        "name": words("Tehsil Office", "ਤਹਿਸੀਲ ਦਫ਼ਤਰ", "تحصیل دفتر", "तहसील कार्यालय", "تحصیل دفتر"),
        "kind": "state_department",
        "area": "IN-PB",
        "summary": words("Certificates of the tehsil."),
        "fulfilment": Webhook(settings="TEHSIL"),
        "contacts": (Contact(title=words("Help line"), phone="+911725550100"),),
        "grievance_officer": Officer(post=words("Grievance Officer")),
        "appeals": (Appeal(to=Officer(post=words("Deputy Commissioner")), within_days=30),),
        "services": services or (a_service(),),
    }
    return Provider(**said | more)


def recorded(provider=None):
    """The newest draft of the provider's first service."""
    provider = provider or a_provider()
    service.sync([provider])
    return service.history(provider.slug, provider.services[0].slug)[0]


def published(provider=None):
    """Record, propose and publish all that a provider offers; the versions, committed."""
    drafts = service.sync([provider or a_provider()])
    for draft in drafts:
        publishing.propose(draft.id, MEERA)
        publishing.publish(draft.id, KARAM)
    db.session.commit()
    return [service.find(draft.id) for draft in drafts]
