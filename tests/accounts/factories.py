"""People to test with, made by the rooms' own services, and browsers that they sign in with.

`make_person` gives a complete account. `sign_in` goes through the pages as a person does;
`signed_in_client` makes the session's row at once, for tests that are about something else.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from uuid import UUID

import pyotp
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.accounts import domain, service
from portal.accounts.contacts import service as contacts
from portal.accounts.domain import Details, Role
from portal.accounts.factors import service as factors
from portal.accounts.factors.models import App
from portal.accounts.joining import service as joining
from portal.accounts.sessions import service as sessions
from portal.kernel import clock
from portal.kernel.db import db
from portal.post.models import Message

PASSWORD = "seven marigolds by the canal"
ADDRESS = "192.0.2.1"
HERE = "127.0.0.1"
SIX = re.compile(r"\b[0-9]{6}\b")
TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')
_numbers = count(1)


@dataclass(frozen=True)
class Someone:
    """A person as the tests know them: with what only they themselves know."""

    id: UUID
    name: str
    email: str | None
    mobile: str | None
    password: str
    secret: str
    codes: tuple[str, ...]


def browser(app) -> FlaskClient:
    return app.test_client()


def some_details(**changes) -> Details:
    number = next(_numbers)
    usual = Details(
        name="Asha Devi",
        birth_date=date(1990, 5, 17),
        email=f"asha{number}@example.org",
        mobile=f"+9198765{number:05}",
        phone="+911612345678",
        address={"line": "House 12, Street 4", "area": "demo", "postal_code": "141001"},
        gender=domain.Gender.FEMALE,
        language="en",
    )
    return replace(usual, **changes)


def make_unfinished(password: str = PASSWORD, **details) -> UUID:
    """Somebody who registered and has not set up the second factor."""
    person_id = joining.register(some_details(**details), password, address=ADDRESS)
    contacts.trust(person_id)
    db.session.commit()
    return person_id


def make_person(
    *,
    role: str | None = None,
    provider: str | None = None,
    post: str | None = None,
    password: str = PASSWORD,
    **details,
) -> Someone:
    """A person who is registered and has set up the second factor; committed."""
    person_id = make_unfinished(password, **details)
    secret = waiting_secret(person_id)
    # The step before this one, so that this one's and the next one's are left to sign in with.
    # Once more, in case a step ended just between making the code and checking it.
    codes = service.confirm_app(person_id, code_at(secret, step_now() - 1))
    codes = codes or service.confirm_app(person_id, code_at(secret, step_now() - 1))
    assert codes
    if role:
        service.grant(person_id, Role(role), provider, post=post, by="tests")
    told = service.details(person_id)
    db.session.commit()
    return Someone(person_id, told.name, told.email, told.mobile, password, secret, codes)


def step_now() -> int:
    return int(clock.now().timestamp()) // factors.STEP


def code_at(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


def waiting_secret(person_id: UUID) -> str:
    waiting = select(App).where(App.subject_id == person_id, App.confirmed_at.is_(None))
    return db.session.scalars(waiting).one().secret


def fresh_code(person: Someone) -> str:
    """A code that was not used yet; there are two in half a minute."""
    used = select(App.last_step).where(App.subject_id == person.id, App.confirmed_at.is_not(None))
    step = max(step_now(), db.session.scalars(used).one() + 1)
    db.session.rollback()
    return code_at(person.secret, step)


def wrong_code(secret: str) -> str:
    right = {code_at(secret, step_now() + off) for off in range(-2, 3)}
    return next(
        code
        for code in ("000000", "111111", "222222", "333333", "444444", "555555")
        if code not in right
    )


def csrf_token(page: bytes) -> str:
    found = TOKEN.search(page)
    assert found, "the page has no form"
    return found[1].decode()


def send(client: FlaskClient, path: str, *, follow: bool = False, **fields):
    """Open the page, fill in its form and send it."""
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code, page.headers.get("Location"))
    told = {"csrf_token": csrf_token(page.data), **fields}
    return client.post(path, data=told, follow_redirects=follow)


def register(client: FlaskClient, **fields):
    """Register through the pages, and prove the e-mail address."""
    first = send(client, "/en/register", **fields)
    assert first.headers["Location"] == "/en/register/prove", first.get_data(as_text=True)
    send(client, "/en/register/prove", act="send", kind="email")
    return send(client, "/en/register/prove", act="check", code=code_sent_to(fields["email"]))


def messages_to(contact: str) -> list[str]:
    """What was written to this e-mail address or number, the oldest first; sent or not."""
    rows = db.session.scalars(select(Message).order_by(Message.id)).all()
    found = [f"{one.title}\n{one.body}" for one in rows if one.recipient == contact]
    db.session.rollback()
    return found


def code_sent_to(contact: str) -> str:
    """The newest code."""
    found = [one for message in messages_to(contact) for one in SIX.findall(message)]
    assert found, "no message holds a code"
    return found[-1]


def sign_in(client: FlaskClient, person: Someone) -> None:
    """Both steps, through the pages."""
    first = send(
        client, "/en/sign-in", contact=person.email or person.mobile, password=person.password
    )
    assert first.status_code == 302, first.get_data(as_text=True)
    second = send(client, first.headers["Location"], code=fresh_code(person))
    assert second.status_code == 302, second.get_data(as_text=True)


def signed_in_client(app, person: Someone) -> FlaskClient:
    """A browser in which the person is signed in already."""
    lasts = domain.session_lasts(service.grants_of(person.id))
    token = sessions.open_row(person.id, lasts)
    db.session.commit()
    client = browser(app)
    client.set_cookie("session", token)
    return client
