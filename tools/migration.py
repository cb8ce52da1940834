"""Writes the next migration: a throw-away database, brought up to date, against the models."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from portal.kernel import schema
from portal.kernel.postgres import Cluster


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "postgres", durable=False)
        try:
            cluster.start()
            config = schema.configuration(cluster.owner_url)
            command.upgrade(config, "head")
            command.revision(config, message=" ".join(sys.argv[1:]), autogenerate=True)
        finally:
            cluster.destroy()


if __name__ == "__main__":
    main()
