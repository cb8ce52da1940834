"""`portal providers conform` against real endpoints over HTTP: right ones, and each usual fault."""

import hashlib
import json

import pytest
from click.testing import CliRunner

from examples.demo_department.app import Config, create_app
from portal.kernel import ports
from portal.kit.commands import providers
from portal.kit.conform.cases import CASES
from tests.examples.conftest import serve
from tests.kit.conftest import KEY, SECRET

__all__ = ["serve"]

# What an endpoint does wrong, and the cases that find it.
FAULTS = {
    "takes whatever comes": {"unsigned", "wrong signature", "old timestamp"},
    "does not look at the time": {"old timestamp"},
    "looks at the first signature": {"rotation", "later kind"},
    "refuses what it has": {"duplicate", "lost answer"},
    "refuses what comes late": {"out of order"},
    "refuses what it does not know": {"unknown"},
    "refuses large bodies": {"big body", "broken off"},
    "says 410 to strangers": {"unsigned", "wrong signature", "old timestamp"},
}


def conform(url, *options, secret=SECRET):
    return CliRunner().invoke(providers, ["conform", url, "--secret", secret, *options])


def failed(url, *options):
    told = conform(url, "--json", *options)
    assert told.exit_code == 1, told.output
    report = json.loads(told.output)
    assert "hash" not in report
    return {one["name"] for one in report["cases"] if not one["passed"]}


def test_a_right_endpoint_gets_a_certificate(listening, tmp_path):
    receiver, url = listening()
    told = conform(f"{url}?key=hidden", "--certificate", str(tmp_path / "certificate.txt"))
    assert told.exit_code == 0, told.output
    assert "FAIL" not in told.output
    certificate = (tmp_path / "certificate.txt").read_text()
    assert told.output.endswith(certificate)
    assert f"Endpoint   {url}\n" in certificate
    assert "hidden" not in certificate
    assert f"Cases      {len(CASES)} of {len(CASES)}: good, test, " in certificate
    assert len(receiver.kept) == len(set(receiver.kept))


def test_the_hash_of_a_certificate_can_be_made_again_from_the_report(listening):
    report = json.loads(conform(listening()[1], "--json").output)
    core = {name: report[name] for name in ("url", "at", "tool", "passed", "names")}
    text = json.dumps(core, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert report["hash"] == hashlib.sha256(text.encode()).hexdigest()


def test_the_department_of_the_demo_conforms(serve, tmp_path):
    url = serve(create_app(Config(SECRET, "none", "http://127.0.0.1:9", tmp_path)))
    told = conform(f"{url}/webhook")
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize("fault", FAULTS)
def test_what_an_endpoint_does_wrong_is_found_by_the_cases_made_for_it(listening, fault):
    assert failed(listening(fault)[1]) == FAULTS[fault]


def test_an_answer_that_comes_too_late_is_none(listening, monkeypatch):
    monkeypatch.setattr("portal.kit.conform.calling.PATIENCE", 0.3)
    monkeypatch.setattr("portal.kit.conform.driving.TRIES", 1)
    told = conform(listening("is slow with large bodies")[1])
    assert told.exit_code == 1
    assert "a body of 20 kB: no answer (ReadTimeout" in told.output


def test_an_endpoint_that_redirects_takes_nothing(listening):
    assert "good" in failed(listening("redirects")[1])


def test_a_failed_case_says_what_came_what_was_expected_and_what_to_do(listening):
    told = conform(listening("refuses what it has")[1])
    assert told.exit_code == 1
    assert "the same again: 409, WRONG" in told.output
    assert "expected 2xx each time. Keep each webhook-id; 200 to one that you have." in told.output
    assert f"2 of {len(CASES)} cases failed. There is no certificate." in told.output


def test_a_message_is_sent_again_to_an_endpoint_that_is_down_for_a_moment(listening):
    told = conform(listening("is down at first")[1])
    assert told.exit_code == 0, told.output
    assert "an application: 200 at try 2" in told.output


def test_signatures_by_a_key_are_tried_when_there_is_one(listening):
    told = conform(listening()[1], "--key", KEY)
    assert told.exit_code == 0, told.output
    assert "signed by the key: 200; signed by another key: 401" in told.output


def test_a_private_key_alone_may_sign_everything(listening):
    told = conform(listening()[1], secret=KEY)
    assert told.exit_code == 0, told.output


def test_another_public_key_is_a_fault(listening):
    receiver, url = listening()
    receiver.public = "whpk_" + "A" * 43 + "="
    assert failed(url, "--key", KEY) == {"v1a"}


@pytest.fixture
def switch(listening, tmp_path):
    """An endpoint with commands that break and mend it: it is broken while a file is there."""

    def start(*faults):
        receiver, url = listening(*faults)
        receiver.broken = tmp_path / "broken"
        break_, mend = f"touch {receiver.broken}", f"rm {receiver.broken}"
        return url, ("--break-with", break_, "--mend-with", mend)

    return start


def test_what_came_during_an_outage_is_taken_when_it_comes_again(switch):
    url, commands = switch()
    told = conform(url, *commands)
    assert told.exit_code == 0, told.output
    assert "while it is broken: 503; again, when it is mended: 200" in told.output


def test_to_say_200_to_what_is_not_kept_is_a_fault(switch):
    url, commands = switch("says 200 without keeping")
    assert failed(url, *commands) == {"outage"}


def test_a_command_that_does_not_run_is_told(listening):
    told = conform(listening()[1], "--break-with", "/nowhere/break", "--mend-with", "true")
    assert told.exit_code == 1
    assert "No such file or directory: '/nowhere/break'" in told.output


def test_where_nothing_listens_the_other_cases_are_not_tried(monkeypatch):
    monkeypatch.setattr("portal.kit.conform.driving.TRIES", 1)
    told = conform(f"http://127.0.0.1:{ports.a_free_one(ports.LAST + 1)}/")
    assert told.exit_code == 1
    assert "Connection refused" in told.output
    assert "Nothing answers there, so the other cases were not tried." in told.output


@pytest.mark.parametrize("secret", ["secret", "whsec_", "whsec_not base 64", "whsk_c2hvcnQ="])
def test_what_is_no_secret_is_refused_before_anything_is_sent(secret):
    told = conform("http://127.0.0.1:9/", secret=secret)
    assert told.exit_code == 1
    assert "is no secret" in told.output
    assert "not base 64" not in told.output


def test_the_secret_may_stand_in_the_environment(listening):
    run = CliRunner(env={"DEPARTMENT_SECRET": SECRET})
    assert run.invoke(providers, ["conform", listening()[1]]).exit_code == 0


def test_breaking_without_mending_is_wrong_usage():
    assert conform("http://127.0.0.1:9/", "--break-with", "true").exit_code == 2
