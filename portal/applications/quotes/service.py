"""What providers say that applications cost: asked once for a draft, and good for a while."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from portal.applications.quotes.models import FeeQuote
from portal.forms.service import Saved
from portal.interfaces import service as interfaces
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.registry.hooks import Draft
from portal.registry.service import Offer

GOOD_FOR = timedelta(minutes=30)


def of(draft: Saved, offer: Offer, told: Draft) -> Money:
    """The fee of this draft by the provider's word; nothing, if it is free.

    The running transaction is committed before it is asked. Raises NotAnswering.
    """
    if (known := _known(draft)) is not None:
        return Money(known.minor, known.currency)
    fee = interfaces.quote(offer, told)
    _keep(draft, fee)
    return fee


def _known(draft: Saved) -> FeeQuote | None:
    wanted = select(FeeQuote).where(
        FeeQuote.draft_id == draft.id,
        FeeQuote.saved_at == draft.saved_at,
        FeeQuote.quoted_at > clock.now() - GOOD_FOR,
    )
    return db.session.scalar(wanted)


def _keep(draft: Saved, fee: Money) -> None:
    now = {
        "saved_at": draft.saved_at,
        "quoted_at": clock.now(),
        "minor": fee.minor,
        "currency": fee.currency,
    }
    put = insert(FeeQuote).values(draft_id=draft.id, **now)
    db.session.execute(put.on_conflict_do_update(index_elements=["draft_id"], set_=now))


def sweep() -> None:
    """Forget what is good no more."""
    db.session.execute(delete(FeeQuote).where(FeeQuote.quoted_at < clock.now() - GOOD_FOR))
