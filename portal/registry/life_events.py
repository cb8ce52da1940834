"""What happens in a life, and the services of several providers that people then need together.

Declared by a package under `providers/` as `life_events = (LifeEvent(…), …)`; it belongs to no
provider. What makes no sense together is found by `portal.registry.life_conformance`.
"""

from portal.registry.questions import AnyField, Frozen
from portal.registry.words import Words


class Included(Frozen):
    """A service that may belong to it, as `provider/service`.

    `when` is a rule over the questions of the life event; without one it always belongs to it.
    """

    service: str
    when: str | None = None


class LifeEvent(Frozen):
    """Several applications from one set of answers.

    `about` is a code of the life events that services name too. `questions` are asked first, to
    choose the services; no provider gets their answers. Questions of different services that are
    filled in from the same place are asked once; `same` names others that mean the same, such as
    `("municipal/trade-licence.premises", "power/new-connection.premises")`, and `apart` those that
    stand for themselves although they are filled in from the same place.
    """

    slug: str
    title: Words
    summary: Words
    about: str
    services: tuple[Included, ...]
    questions: tuple[AnyField, ...] = ()
    same: tuple[tuple[str, ...], ...] = ()
    apart: tuple[str, ...] = ()
