"""The registry's pages: of the clerks who publish, and of the integrators who upload."""

from portal.registry.back_office import clerks, console

PAGES = (clerks.pages, console.pages)
