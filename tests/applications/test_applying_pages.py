"""Applying through the pages, as a person does it without JavaScript."""

from tests.applications import factories
from tests.applications.pages import open_page

def test_smoke(mine, person):
    page = open_page(mine, "/en/apply/revenue/income-certificate")
    print(page.words)
    page = page.send()
    print(page.response.request.path, page.controls, page.words)
    page = page.send(guardian="Ram Lal")
    print(page.status, page.errors)
    assert 0
