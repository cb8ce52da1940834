"""The simulator's addresses: Stripe's interface, the page of each session, and the levers."""

import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from payments.simulator import levers
from payments.simulator.bank import Bank, NotAList
from payments.simulator.calls import Call, Reply, answered, error, nested
from payments.simulator.playing import is_let_in, stripe
from payments.simulator.redirect import Company
from payments.simulator.redirect_pages import mount
from payments.simulator.stripe import Refused, Stripe

MOST = 64 * 1024
LISTED = 10
ACTS: Mapping[tuple[str, str], Callable[[Stripe, str, Mapping[str, Any]], Any]] = {
    ("POST", "checkout/sessions"): lambda one, _, asked: one.create_session(asked),
    ("GET", "checkout/sessions"): lambda one, _, asked: listed(one.sessions(), asked),
    ("GET", "checkout/sessions/"): lambda one, number, _: one.session(number),
    ("POST", "checkout/sessions/expire"): lambda one, number, _: one.expire(number),
    ("GET", "payment_intents/"): lambda one, number, _: one.intent(number),
    ("POST", "refunds"): lambda one, _, asked: one.create_refund(asked),
    ("GET", "refunds"): lambda one, _, asked: listed(
        one.refunds(asked.get("payment_intent")), asked
    ),
    ("GET", "refunds/"): lambda one, number, _: one.refund(number),
    ("GET", "disputes/"): lambda played, number, _: played.dispute(number),
    ("GET", "events"): lambda one, _, asked: listed(one.events(), asked),
    ("GET", "events/"): lambda one, number, _: one.event(number),
}


interface = Blueprint("interface", __name__, url_prefix="/v1")
banking = Blueprint("banking", __name__, url_prefix="/bank")
hosted = Blueprint("hosted", __name__, url_prefix="/pay")


def create_app(played: Stripe, key: str, declared: Company | None = None) -> Flask:
    """`key` is the merchant's secret key: it opens the interface, and the levers."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MOST, STRIPE_KEY=key)
    app.extensions["stripe"] = played
    for pages in (interface, hosted, banking, levers.pages):
        app.register_blueprint(pages)
    app.register_error_handler(Refused, _refused)
    app.extensions["declared"] = declared
    if declared is not None:
        mount(app, declared)
    return app


@interface.route("/<path:path>", methods=["GET", "POST"])
def called(path: str) -> ResponseReturnValue:
    if not is_let_in():
        return _sent(error(401, "invalid_request_error", "Invalid API Key provided."))
    name, number = _read(path)
    is_post = request.method == "POST"
    params = nested((request.form if is_post else request.args).items(multi=True))
    act = ACTS.get((request.method, name))
    if act is None:
        words = f"Unrecognized request URL ({request.method}: {request.path})."
        return _sent(error(404, "invalid_request_error", words))
    once = request.headers.get("idempotency-key", "") if is_post else ""
    played = stripe()
    told = answered(
        played.world,
        Call(request.method, path, params, once),
        lambda: _expanded(played, act(played, number, params), params),
    )
    if told.stalls:
        time.sleep(played.world.stall)
    return _cut_off() if told.cut else _sent(told)


@banking.post("/lists")
def take_list() -> ResponseReturnValue:
    """A payment list; its answer. `?later=1` is the answer of another day."""
    if not is_let_in():
        return "", 401
    bank = Bank(stripe().world.faults)
    try:
        answer = bank.take(request.get_data(), later=bool(request.args.get("later")))
    except NotAList as refusal:
        return str(refusal), 422
    return Response(answer, mimetype="application/xml")


@hosted.get("/<number>")
def show(number: str) -> str:
    return _page(number)


@hosted.post("/<number>")
def choose(number: str) -> ResponseReturnValue:
    choice = request.form.get("choice", "")
    with stripe().store.together():
        session = stripe().choose(number, choice)
    if choice == "decline":
        return _page(number, declined=True), 402
    leaves = choice == "leave" and session["cancel_url"]
    return redirect(session["cancel_url"] if leaves else session["success_url"], 303)


def _refused(refusal: Refused) -> ResponseReturnValue:
    return render_template("over.html", words=str(refusal)), refusal.status


def listed(things: list[dict[str, Any]], asked: Mapping[str, Any]) -> dict[str, Any]:
    """A page of Stripe's lists: the newest first, from after a thing on."""
    span = asked.get("created", {})
    since, until = int(span.get("gte", 0)), int(span.get("lt", 2**62))
    fitting = [one for one in things if since <= one["created"] < until]
    if after := asked.get("starting_after"):
        numbers = [one["id"] for one in fitting]
        if after not in numbers:
            raise Refused(f"No such object: '{after}'", param="starting_after")
        fitting = fitting[numbers.index(after) + 1 :]
    most = min(int(asked.get("limit", LISTED)), 100)
    return {
        "object": "list",
        "data": fitting[:most],
        "has_more": len(fitting) > most,
        "url": request.path,
    }


def _read(path: str) -> tuple[str, str]:
    """The name of an act, and the thing's number: `refunds/re_1` is ("refunds/", "re_1")."""
    parts = path.split("/")
    known = 2 if parts[0] == "checkout" else 1
    head, rest = "/".join(parts[:known]), parts[known:]
    if not rest:
        return head, ""
    return f"{head}/{'/'.join(rest[1:])}", rest[0]


def _expanded(played: Stripe, thing: dict[str, Any], params: Mapping[str, Any]) -> Any:
    wanted = params.get("expand", {})
    names = set(wanted.values() if isinstance(wanted, dict) else [wanted])
    if thing.get("object") == "list":
        inner = {name.removeprefix("data.") for name in names}
        return thing | {"data": [_opened(played, one, inner) for one in thing["data"]]}
    return _opened(played, thing, names)


def _opened(played: Stripe, thing: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """A thing with those that it names in full, such as payment_intent.latest_charge."""
    made = {name: each for name, each in thing.items() if name != "settles"}
    firsts = {name.partition(".")[0] for name in names}
    if "payment_intent" in firsts and made.get("payment_intent"):
        intent = played.intent(made["payment_intent"])
        shown = {name: one for name, one in intent.items() if name != "settles"}
        wanted = any(name.startswith("payment_intent.latest_charge") for name in names)
        if wanted and intent.get("latest_charge"):
            is_whole = "payment_intent.latest_charge.balance_transaction" in names
            shown["latest_charge"] = played.charge(intent, whole=is_whole)
        made["payment_intent"] = shown
    return made


def _page(number: str, *, declined: bool = False) -> str:
    with stripe().store.together():
        session, words = stripe().session(number), stripe().title(number)
    return render_template(
        "pay.html",
        over=session["status"] != "open",
        declined=declined,
        title=words,
        amount=f"{session['amount_total']} {session['currency'].upper()}, in its smallest unit",
        order=session["client_reference_id"],
        back=session["success_url"],
    )


def _sent(told: Reply) -> Response:
    response = Response(told.body, told.status, content_type="application/json")
    if told.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _cut_off() -> Response:
    """The line goes dead: it was done, and nobody is told."""
    line: socket.socket = request.environ["werkzeug.socket"]
    line.shutdown(socket.SHUT_RDWR)
    return Response(status=204)
