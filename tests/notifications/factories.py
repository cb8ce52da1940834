"""Messages to test with: told to somebody as rooms tell them, and committed."""

from itertools import count

from portal.kernel.db import db
from portal.notifications.domain import Words
from portal.notifications.telling import service as telling

_numbers = count(1)


def words(title="Your licence ends soon"):
    return Words(title, "Renew it in time.", "Something of yours falls due.", "applications")


def tell(person, slug="progress", *, key=None, title="Your licence ends soon"):
    told = telling.tell(person.id, slug, key or f"tests:{next(_numbers)}", lambda: words(title))
    db.session.commit()
    return told
