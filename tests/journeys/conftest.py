"""Houses of real processes."""

import pytest

from tests import cluster
from tests.journeys.houses import House


@pytest.fixture
def standing(request, tmp_path):
    """The demo world with nothing running yet; all that was started is ended at the end."""
    with cluster.another_database(request.config, filled=False) as urls:
        made = House(urls, tmp_path)
        made.furnish()
        try:
            yield made
        finally:
            made.stop()
