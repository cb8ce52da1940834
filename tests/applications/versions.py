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
    changed = old.model_copy(update={"form": change(old.form), **more})
    (draft,) = registry.sync([revenue.model_copy(update={"services": (changed,)})])
    publishing.publishing.propose(draft.id, MEERA)
    run_jobs()
    publishing.publishing.publish(draft.id, publishing.KARAM)
    db.session.commit()
    return draft.id


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
