"""What only a simulator has: levers for tests, and for whoever shows the demo."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from payments.simulator.faults import NoSuchFault
from payments.simulator.playing import declared, is_let_in, stripe

pages = Blueprint("levers", __name__, url_prefix="/_simulator")


@pages.before_request
def for_its_owner() -> ResponseReturnValue | None:
    if is_let_in():
        return None
    return jsonify({"error": "Send the secret key as a bearer token."}), 401


@pages.route("/faults", methods=["GET", "POST"])
def faults() -> ResponseReturnValue:
    """How often each strikes from now on."""
    here = stripe().world.faults
    if request.method == "POST":
        try:
            here.change(request.get_json())
        except NoSuchFault as error:
            return jsonify({"error": str(error)}), 422
    return jsonify({"seed": here.seed, "rates": here.rates})


@pages.post("/clock")
def clock() -> ResponseReturnValue:
    """Put the company's clock so many seconds ahead of ours."""
    world = stripe().world
    world.ahead = float(request.get_json()["ahead"])
    with world.store.together():
        stripe().tick()
        if (company := declared()) is not None:
            company.tick()
    return jsonify({"now": world.now()})


@pages.post("/press")
def press() -> ResponseReturnValue:
    """What a person would press on the page of an order."""
    asked = request.get_json()
    reference, choice = str(asked["reference"]), str(asked["choice"])
    company = declared()
    with stripe().store.together():
        if company is not None and company.is_known(reference):
            return jsonify(company.choose(reference, choice))
        session = stripe().of_reference(reference)
        return jsonify(stripe().choose(session["id"], choice))


@pages.post("/dispute")
def dispute() -> ResponseReturnValue:
    """What the bank of a card's holder does: open, won or lost."""
    asked = request.get_json()
    reference, act = str(asked["reference"]), str(asked["act"])
    company = declared()
    with stripe().store.together():
        if company is not None and company.is_known(reference):
            return jsonify(company.let_dispute(reference, act))
        return jsonify(stripe().let_dispute(reference, act))


@pages.post("/deliver")
def deliver() -> ResponseReturnValue:
    return jsonify({"taken": stripe().world.deliver()})


@pages.get("/notices")
def notices() -> ResponseReturnValue:
    """Those on their way, with what they will say."""
    return jsonify([one._asdict() for one in stripe().world.store.letters()])
