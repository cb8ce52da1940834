"""`portal payments reconcile`: what gateways say against what the books say."""

import json

import pytest

from payments import service
from payments.commands import payments
from payments.domain import PaymentState
from payments.gateway import GatewayError, Outcome, Status
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.payments.factories import begun, owed, paid, press


@pytest.fixture
def reconcile(app):
    """Run the command; its exit status and what it said."""

    def run(*arguments):
        result = app.test_cli_runner().invoke(args=["payments", "reconcile", *arguments])
        db.session.rollback()
        db.session.expire_all()
        return result.exit_code, result.output

    app.cli.add_command(payments)
    return run


@pytest.mark.promise("M16")
def test_a_payment_that_nobody_told_of_is_found(reconcile):
    payment = owed()
    press(begun(payment))
    assert reconcile() == (0, "Everything agrees.\n")
    assert service.by_id(payment.id).state == PaymentState.PAID


def test_money_in_suspense_is_reported(reconcile):
    attempt = begun(owed())
    service.settle(attempt.id, Outcome(Status.SUCCEEDED, Money.of("1.00", "INR")), "notice")
    db.session.commit()
    status, said = reconcile()
    assert status == 1
    assert "wait in suspense" in said


def test_a_silent_gateway_is_reported_and_said_to_programs(reconcile, another_gateway):
    begun(owed())

    def away(*_):
        raise GatewayError

    another_gateway("sandbox", query=away)
    status, said = reconcile("--json")
    assert status == 1
    [sentence] = json.loads(said.splitlines()[-1])
    assert "did not answer" in sentence


def test_settled_payments_are_nothing_to_report(reconcile):
    paid(owed())
    assert reconcile("--json")[0] == 0
