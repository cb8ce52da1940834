"""What a first view weighs on a cheap phone."""

import pytest

PAGES = ["/", "/services", "/sign-in", "/register", "/search?q=land"]


@pytest.mark.promise("B11")
@pytest.mark.parametrize("page", PAGES)
def test_a_first_view_is_light_and_waits_for_little(visit, page):
    person = visit("ur", 360)
    came = []

    def keep(request):
        came.append(request)

    person.page.on("requestfinished", keep)
    person.page.goto(f"/ur{page}")
    person.page.wait_for_load_state("networkidle")
    bodies = [one for one in came if "fonts/" not in one.url]
    assert sum(one.sizes()["responseBodySize"] for one in bodies) < 60_000
    blocking = [one for one in came if one.resource_type in ("document", "stylesheet")]
    assert len(blocking) < 3
