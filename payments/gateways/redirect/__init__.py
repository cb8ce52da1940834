"""A company with a page of its own, declared rather than programmed.

A signed form leads to its page, it sends a signed notice, and it answers how an order stands. That
is how most gateways of India and Pakistan work; what differs stands in `PORTAL_REDIRECT_GATEWAY`
(docs/writing-a-gateway.md). Its notice says that there is news: what was taken, it is asked.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from payments.gateway import (
    Dispute,
    ForgedNotice,
    FormPost,
    Gateway,
    GatewayError,
    Means,
    Notice,
    Order,
    Outcome,
    RefundOrder,
    RefundOutcome,
    RefundStatus,
    Status,
)
from payments.gateways.redirect.declared import Company, Message, field_of
from payments.gateways.redirect.settings import (
    RedirectSettings,
    capabilities,
    declared,
    faults,
    hosts,
)
from payments.gateways.redirect.signing import is_signed, signature
from portal.kernel.errors import N_
from portal.kernel.http import Unreachable
from portal.kernel.money import Money

TOLERANCE = timedelta(minutes=5)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ODD = (Unreachable, AttributeError, KeyError, TypeError, ValueError, ArithmeticError)


def start(order: Order, means: Means) -> FormPost:
    """The form says all; the company hears of the order when the browser brings it."""
    company = _company(means)
    return FormPost(company.start.url, _filled(company, company.start, order, order.amount))


def read_notice(headers: Mapping[str, str], body: bytes, means: Means) -> Sequence[Notice]:
    """Raises ForgedNotice, GatewayError."""
    company = _company(means)
    named = {name.lower(): value for name, value in headers.items()}
    try:
        told = _read(body, named.get("content-type", ""))
    except ValueError as error:
        raise ForgedNotice from error
    if not is_signed(company, told, company.notice.over) or not _is_new(company, told, means):
        raise ForgedNotice
    # A hash over values alone says nothing of names, so that one could be renamed on its way.
    if not {company.answer.order, company.answer.status} <= set(told):
        raise ForgedNotice
    with _understood():
        order = field_of(told, company.answer.order)
        news = _news(company, told)
        once = f"{order} {field_of(told, company.answer.status)} {news.reference}"
        number = hashlib.sha256(once.encode()).hexdigest()
        disputed = order if news.status is Status.DISPUTED else None
        return (Notice(number, order, news, disputed),)


def query(order: Order, means: Means) -> Outcome:
    """Raises GatewayError."""
    company = _company(means)
    with _understood():
        return _answered(company, company.query, order, means)


def capture(order: Order, means: Means) -> Outcome:
    """Let the company take what it holds. Raises GatewayError."""
    company = _company(means)
    if company.capture is None:
        raise GatewayError
    with _understood():
        return _answered(company, company.capture, order, means)


def dispute(number: str, means: Means) -> Dispute | None:
    """One for each order, of all that was taken. Raises GatewayError."""
    company = _company(means)
    with _understood():
        sent = _signed(company, company.query, {"merchant": company.merchant, "reference": number})
        told = _asked(company, company.query, means, sent)
        word = field_of(told, company.answer.status)
        if word not in company.answer.disputes:
            return None
        if field_of(told, company.answer.order) != number:
            raise GatewayError
        return Dispute(number, _taken(company, told), company.answer.disputes[word])


def refund(wanted: RefundOrder, means: Means) -> RefundOutcome:
    """Raises GatewayError."""
    company = _company(means)
    if company.refund is None:
        return RefundOutcome(RefundStatus.FAILED, code="not_declared")
    how = company.refund
    with _understood():
        sent = _filled(company, how.ask, wanted.order, wanted.amount, refund=wanted.id.hex)
        told = _asked(company, how.ask, means, sent)
        status = RefundStatus(how.words[field_of(told, how.status)])
        if status is RefundStatus.FAILED:
            return RefundOutcome(status, code=_maybe(told, how.code) or "refused")
        return RefundOutcome(status, field_of(told, how.number))


def _answered(company: Company, message: Message, order: Order, means: Means) -> Outcome:
    """How an order stands, as it says when it is sent this about it."""
    told = _asked(company, message, means, _filled(company, message, order))
    news = _news(company, told)
    if news.status is Status.UNKNOWN:
        return Outcome(Status.UNKNOWN)
    if field_of(told, company.answer.order) != order.reference:
        raise GatewayError
    # What is disputed was taken.
    if news.status in (Status.SUCCEEDED, Status.DISPUTED):
        return Outcome(Status.SUCCEEDED, _taken(company, told), news.reference)
    return news


def _company(means: Means) -> Company:
    company = declared(means.settings)
    if company is None:
        raise GatewayError
    return company


def _filled(
    company: Company,
    message: Message,
    order: Order,
    amount: Money | None = None,
    **more: str,
) -> dict[str, str]:
    """The fields of a message, and their hash."""
    amount = amount or order.amount
    known = {
        "merchant": company.merchant,
        "reference": order.reference,
        "amount": amount.amount,
        "minor": amount.minor,
        "currency": amount.currency,
        "title": order.title,
        "language": order.language.partition("_")[0],
        "return_url": _return_url(order),
        "notice_url": order.notice_url,
        "expires": order.expires_at.astimezone(ZoneInfo(company.zone)),
        **more,
    }
    return _signed(company, message, known)


def _signed(company: Company, message: Message, known: Mapping[str, Any]) -> dict[str, str]:
    # What separates values must not stand in one: two messages would have one hash.
    separator = company.sign.separator
    fields = {
        name: text.format(**known).replace(separator, " ") if separator else text.format(**known)
        for name, text in message.fields.items()
    }
    return {**fields, company.sign.field: signature(company, fields, message.over)}


def _return_url(order: Order) -> str:
    """Where the browser may come back to by a form as well, as these companies send it."""
    base, _, rest = order.return_url.partition("/pay/")
    house, _, tag = base.rpartition("/")
    return f"{house}/hooks/came-back/{tag}/{rest.removesuffix('/return')}"


def _asked(company: Company, message: Message, means: Means, sent: dict[str, str]) -> Any:
    """Raises Unreachable, GatewayError, ValueError."""
    is_form = company.sends == "form"
    body = urlencode(sent) if is_form else json.dumps(sent)
    headers = {"content-type": FORM if is_form else JSON, "accept": JSON}
    # A trial's company may stand on this very machine; one that takes real money never does.
    answer = means.post(message.url, body.encode(), headers, allow_private=company.test)
    if not 200 <= answer.status < 300:
        raise GatewayError(f"status {answer.status}")
    return json.loads(answer.body)


@contextmanager
def _understood() -> Iterator[None]:
    """Raises GatewayError for silence, and for answers that say nothing."""
    try:
        yield
    except ODD as error:
        raise GatewayError(type(error).__name__) from error


def _read(body: bytes, kind: str) -> dict[str, str]:
    """A notice's fields; of two of one name there is no telling which was meant."""
    if kind.partition(";")[0].strip().lower() == JSON:
        told = json.loads(body, object_pairs_hook=_once)
    else:
        told = _once(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    if not isinstance(told, dict):
        raise ValueError("It is no object.")  # noqa: TRY004 - the same to whoever reads it
    return {name: str(value) for name, value in told.items() if isinstance(value, str | int)}


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("A field is there twice.")
    return dict(pairs)


def _is_new(company: Company, told: Mapping[str, str], means: Means) -> bool:
    how = company.notice
    if how.time is None:
        return True
    try:
        if how.format == "unix":
            moment = datetime.fromtimestamp(int(told[how.time]), UTC)
        else:
            read = datetime.strptime(told[how.time], how.format)  # noqa: DTZ007 - the zone follows
            moment = read if read.tzinfo else read.replace(tzinfo=ZoneInfo(company.zone))
    except (KeyError, ValueError, OverflowError, OSError):
        return False
    return abs(means.now() - moment) <= TOLERANCE


def _news(company: Company, told: Mapping[str, Any]) -> Outcome:
    """How an order stands, without an amount."""
    how = company.answer
    word = field_of(told, how.status)
    status = Status.DISPUTED if word in how.disputes else Status(how.words[word])
    code = _maybe(told, how.code) or "declined" if status is Status.FAILED else None
    return Outcome(status, None, _maybe(told, how.number), code)


def _taken(company: Company, told: Mapping[str, Any]) -> Money:
    how = company.answer
    currency = field_of(told, how.currency) if how.currency else company.currencies[0]
    amount = field_of(told, how.amount)
    if currency not in company.currencies or not amount.replace(".", "", 1).isdecimal():
        raise GatewayError
    if how.counts_in == "minor":
        return Money(int(amount), currency)
    return Money.of(amount, currency)


def _maybe(told: Mapping[str, Any], name: str | None) -> str | None:
    try:
        return field_of(told, name) or None if name else None
    except (KeyError, TypeError):
        return None


gateway = Gateway(
    slug="redirect",
    title=N_("Card, bank account or wallet"),
    start=start,
    read_notice=read_notice,
    query=query,
    refund=refund,
    capture=capture,
    dispute=dispute,
    check_config=faults,
    settings=(RedirectSettings,),
    hosts_by=hosts,
    capabilities_by=capabilities,
)
