"""A service that can be applied for without a document, and complete answers to it."""

from portal.registry.contract import Declaration, Document, Form, Step
from tests.registry.publishing_factories import (
    APPLICANT,
    FAMILY_INCOME,
    a_provider,
    a_service,
    words,
)

ANSWERS = {
    "applicant": "ਆਸ਼ਾ ਦੇਵੀ",
    "family_income": {"amount": "150000.00", "currency": "INR"},
    "all_true": True,
}


def tehsil():
    """The tehsil of the registry's tests, with its proof of income left to the applicant."""
    papers = (
        Document("income_proof", words("Proof of income"), required=False),
        Declaration("all_true", words("All of this is true.")),
    )
    form = Form(
        Step(words("About you"), APPLICANT, FAMILY_INCOME, slug="you"),
        Step(words("Documents"), *papers, slug="papers"),
    )
    return a_provider(a_service(form=form))
