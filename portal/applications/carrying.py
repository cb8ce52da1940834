"""Documents that a person has already, carried into a form that asks for them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from portal.files import service as files
from portal.kernel.room import Filled
from portal.registry.contract import Form
from portal.registry.vocabulary import DOCUMENT_TYPES
from portal.vault import service as vault
from portal.vault.service import Item


def papers(
    person_id: UUID, subject_id: UUID, form: Form, but: Collection[str] = ()
) -> dict[str, Filled]:
    """By question, but for some: a file of the form's own, which goes when the form lets it go."""
    asked = (one for one in form.fields if one.kind == "document" and one.prefill)
    wanted = {one.name: one for one in asked if one.name not in but}
    have = vault.found(person_id, {one.prefill for one in wanted.values() if one.prefill})
    known = {}
    for name, one in wanted.items():
        item = have.get(one.prefill or "")
        if item is not None and _fits(one, item):
            kept = files.copy(item.file.id, subject_id=subject_id, person_id=person_id)
            known[name] = vault.filled(item, kept)
    return known


def _fits(question: Any, item: Item) -> bool:
    kinds = [DOCUMENT_TYPES[kind] for kind in question.accepts]
    return item.file.type in kinds and item.file.bytes <= question.most_bytes
