"""One definition, many providers: what a service is where it is inherited. Plain functions."""

from typing import Any

from portal.registry.contract import Inherited, Origin, Provider, Service

# In the order of the contract; `service` says whose definition it is.
OWN = tuple(name for name in Inherited.model_fields if name != "service")


def path_of(inherited: Inherited) -> tuple[str, str]:
    """The slugs of the provider and of the service that is inherited; empty ones when malformed."""
    provider, _, service = inherited.service.partition("/")
    return provider, service


def overrides(inherited: Inherited) -> dict[str, Any]:
    """What is said otherwise, by the name that the service has for it."""
    said = {name: getattr(inherited, name) for name in OWN}
    return {name: value for name, value in said.items() if value is not None}


def _instead(said: dict[str, Any]) -> dict[str, Any]:
    """A fee is a rule or a table: one that is said here stands instead of either."""
    other = {"fee": "tariff", "tariff": "fee"}
    return {other[name]: None for name in other if name in said}


def resolved(defined: Service, inherited: Inherited) -> Service:
    said = overrides(inherited)
    return defined.model_copy(update=_instead(said) | said)


def origin(inherited: Inherited, number: int) -> Origin:
    return Origin(service=inherited.service, version=number, differs=tuple(overrides(inherited)))


def staffed(provider: Provider, defining: Provider) -> Provider:
    """With the posts that the stages of the service name, where it declares none of its own."""
    return provider if provider.posts else provider.model_copy(update={"posts": defining.posts})


def alone(provider: Provider, service: Service) -> Provider:
    """The provider with this service and no other, to see whether they make sense together."""
    return provider.model_copy(update={"services": (service,), "inherits": ()})
