import pytest

from portal.geo import service, sources
from portal.kernel.db import db


@pytest.fixture
def district(app):
    """The demo district, committed."""
    service.import_areas(sources.read(sources.DEMO))
    db.session.commit()
