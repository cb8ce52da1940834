"""The addresses of the declared company, where its declaration puts them."""

import json
from typing import Any

from flask import Flask, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from payments.simulator.calls import Call, answered
from payments.simulator.redirect import Company, Thing

PAGE = "/declared/"


def mount(app: Flask, company: Company) -> None:
    """Serve its start and its questions at their paths, and the page of each order."""

    def begin() -> ResponseReturnValue:
        with company.store.together():
            order = company.take(request.form.to_dict())
        return redirect(f"{PAGE}{order['id']}", 303)

    def show(number: str) -> str:
        with company.store.together():
            return _page(company.order(number))

    def choose(number: str) -> ResponseReturnValue:
        with company.store.together():
            order = company.choose(number, request.form.get("choice", ""))
        return _sent_back(order)

    app.add_url_rule(company.path("start"), view_func=begin, methods=["POST"])
    app.add_url_rule(f"{PAGE}<number>", view_func=show, methods=["GET"])
    app.add_url_rule(f"{PAGE}<number>", view_func=choose, methods=["POST"])
    calls = ("query", company.query), ("refund", company.give_back), ("capture", company.capture)
    for message, act in calls:
        if company.told.get(message):
            app.add_url_rule(
                company.path(message), message, _call(company, message, act), methods=["POST"]
            )


def _call(company: Company, message: str, act: Any) -> Any:
    def called() -> ResponseReturnValue:
        fields = request.get_json() if request.is_json else request.form.to_dict()
        told = answered(company.world, Call("POST", message, fields), lambda: act(fields))
        if told.cut or told.status >= 400:
            return Response(json.dumps({"error": "refused"}), max(told.status, 400))
        return Response(told.body, told.status, content_type="application/json")

    return called


def _page(order: Thing) -> str:
    return render_template(
        "pay.html",
        over=order["state"] != "open",
        title=order["title"],
        amount=f"{order['amount']} {order['currency']}",
        order=order["id"],
        back=order["return_url"],
    )


def _sent_back(order: Thing) -> str:
    """By a form, as such companies do; the button is for who has no JavaScript."""
    return render_template("back.html", order=order)
