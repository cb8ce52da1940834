"""Newer versions of a published service."""

from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.discovery import discover
from tests.applications.factories import INCOME
from tests.jobs import run_jobs
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import MEERA


def renamed(form, old, new, **changes):
    """The form with one question under another name."""

    def of(field):
        if field.name != old:
            return field
        return field.model_copy(update={"name": new, **changes})

    steps = [
        step.model_copy(update={"fields": tuple(of(field) for field in step.fields)})
        for step in form.steps
    ]
    return form.model_copy(update={"steps": tuple(steps)})


def newer(change=lambda form: form, **more):
    """The next version of the income certificate, with another form or other words; published."""
    (revenue,) = [one for one in discover() if one.slug == "revenue"]
    old = revenue.service(INCOME)
    form = change(old.form)
    issues = tuple(_fitting(one, form) for one in old.issues)
    told = {"form": form, "issues": issues, **more}
    changed = old.model_copy(update=told)
    (draft,) = registry.sync([revenue.model_copy(update={"services": (changed,)})])
    publishing.publishing.propose(draft.id, MEERA)
    run_jobs()
    publishing.publishing.publish(draft.id, publishing.KARAM)
    db.session.commit()
    return draft.id


def _fitting(issued, form):
    """Without a paper that names questions which are gone or called otherwise."""
    named = issued.paper.shows if issued.paper else ()
    if {one.name for one in form.fields}.issuperset(named):
        return issued
    return issued.model_copy(update={"paper": None})


def without(form, name):
    """The form without one question."""
    steps = [
        step.model_copy(update={"fields": tuple(one for one in step.fields if one.name != name)})
        for step in form.steps
    ]
    return form.model_copy(update={"steps": tuple(steps)})


def with_more(form, *questions):
    """The form with more questions on its first page."""
    first, *rest = form.steps
    fields = (*first.fields, *questions)
    return form.model_copy(update={"steps": (first.model_copy(update={"fields": fields}), *rest)})


def worded(form, name, label):
    """The form with one question in other words."""
    return renamed(form, name, name, label=label)
