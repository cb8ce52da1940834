"""What is wrong with the papers that a service lets the portal make."""

from collections.abc import Iterator, Mapping

from portal.registry.contract import Paper, Service
from portal.registry.finding import Finding, nearest
from portal.registry.questions import AnyField
from portal.registry.vocabulary import PREFILL

# What a line of a paper cannot hold.
NOT_SHOWN = ("audio", "declaration", "document", "group", "location", "notice", "photo")
MOST_SHOWN, MOST_STATED = 20, 8


def about_papers(place: str, service: Service) -> Iterator[Finding]:
    known = _questions(service)
    for one in service.issues:
        here = f"{place}.issues.{one.slug}"
        if one.kept_as is not None:
            yield from _kept(f"{here}.kept_as", one.kept_as)
        if one.paper is not None:
            yield from _shown(f"{here}.paper", one.paper, known)
            yield from _stated(f"{here}.paper.states", one.paper, known)


def _questions(service: Service) -> Mapping[str, AnyField]:
    """What may stand on a paper: answers by their names, records by stage and name."""
    own = {one.name: one for one in service.form.fields}
    records = {
        f"{stage.slug}.{one.name}": one for stage in service.stages for one in stage.record or ()
    }
    return {**own, **records}


def _kept(place: str, path: str) -> Iterator[Finding]:
    documents = [one for one, source in PREFILL.items() if source.kind == "document"]
    if path not in documents:
        yield Finding(place, f"No documents are called {path}.{nearest(path, documents)}")


def _shown(place: str, paper: Paper, known: Mapping[str, AnyField]) -> Iterator[Finding]:
    if not 0 < len(paper.shows) <= MOST_SHOWN:
        yield Finding(f"{place}.shows", f"Name 1 to {MOST_SHOWN} questions that the paper shows.")
    for name in paper.shows:
        if name not in known:
            yield Finding(f"{place}.shows", f"No question is called {name}.{nearest(name, known)}")
        elif known[name].kind in NOT_SHOWN:
            kind = known[name].kind
            yield Finding(f"{place}.shows", f"{name} is of kind {kind}, and has no line of text.")


def _stated(place: str, paper: Paper, known: Mapping[str, AnyField]) -> Iterator[Finding]:
    if len(paper.states) > MOST_STATED:
        yield Finding(place, f"A QR code has room for {MOST_STATED} of them.")
    for name in paper.states:
        if name not in paper.shows:
            yield Finding(place, f"The paper does not show {name}. Show it as well.")
        elif name in known and known[name].personal == "identity":
            yield Finding(
                place, f"{name} identifies a person, and anybody can read the code. Leave it out."
            )
