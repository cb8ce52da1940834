"""Finds the kinds of bank files: each folder here whose package has `disburser = Disburser(…)`."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from payments.disbursement import Disburser


class DisburserDoesNotLoad(Exception):
    """A folder without a disburser, or two of one slug; the text says which."""


@cache
def disbursers() -> Mapping[str, Disburser]:
    """All that are found, by slug. Raises DisburserDoesNotLoad."""
    found: dict[str, Disburser] = {}
    for name in folders():
        one = getattr(importlib.import_module(f"{__name__}.{name}"), "disburser", None)
        if not isinstance(one, Disburser):
            raise DisburserDoesNotLoad(f"payments/disbursers/{name} declares no Disburser(…).")
        if one.slug in found:
            raise DisburserDoesNotLoad(f"Two disbursers are called {one.slug}. Rename one.")
        found[one.slug] = one
    return found


def folders() -> list[str]:
    return sorted(name for _, name, is_package in pkgutil.iter_modules(__path__) if is_package)
