import io
import shutil

import pytest

from portal.files import service, shelves
from portal.kernel import keys
from portal.kernel.db import db
from portal.kernel.ids import uuid7


@pytest.fixture
def mine(app):
    """A person with a subject of their own, and empty shelves, whatever others left on them."""
    shutil.rmtree(shelves.folder(), ignore_errors=True)
    subject = keys.new_subject()
    db.session.commit()
    yield {"subject_id": subject, "person_id": uuid7()}
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def keep(mine):
    def keep(content, name="paper", accepts=("pdf", "jpeg", "png"), **more):
        return service.keep(io.BytesIO(content), name, accepts=accepts, **{**mine, **more})

    return keep


@pytest.fixture
def read(app):
    def read(file_id):
        return b"".join(service.open_file(file_id))

    return read
