"""Limits of signing in on a portal of four real web processes, behind a proxy."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from portal.accounts.attempts.domain import ADDRESS

CLIENTS, TRIES = 12, 240
PROXY = {"PORTAL_TRUSTED_PROXIES": "1", "PORTAL_WEB_PROCESSES": "4"}
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def tries(url, forwarded):
    """Sign-ins that do not fit, each under another name; `forwarded` gives X-Forwarded-For."""
    answers = Counter()
    with httpx.Client(base_url=url, timeout=30) as client:
        token = TOKEN.search(client.get("/en/sign-in").text)[1]
        for number in range(TRIES // CLIENTS):
            told = {
                "csrf_token": token,
                "contact": f"nobody{number}.{id(client)}@example.org",
                "password": "eight marigolds by the canal",
            }
            sent = {"X-Forwarded-For": forwarded(number)}
            answers[client.post("/en/sign-in", data=told, headers=sent).status_code] += 1
    return answers


def at_once(url, forwarded):
    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(lambda _: tries(url, forwarded), range(CLIENTS)), Counter())


def test_four_processes_count_together_and_believe_the_proxy_alone(standing):
    standing.settings |= PROXY
    standing.start("web")
    standing.wait(with_department=False)
    limit = ADDRESS.tries
    # What a guesser writes stands before what the proxy adds, and gains nothing.
    forged = at_once(standing.url, lambda number: f"10.0.0.{number}, 198.18.0.1")
    assert forged == {422: limit, 429: TRIES - limit}
    elsewhere = at_once(standing.url, lambda _: "198.18.0.2")
    assert elsewhere == {422: limit, 429: TRIES - limit}
