"""The `portal` command: whole beside the application, and the kit's part of it without."""

from importlib.util import find_spec

# Known before anything is imported: the kit alone must start where no Flask is.
if find_spec("flask") is None:
    from portal.cli.alone import main
else:
    from portal.cli.whole import main

__all__ = ["main"]
