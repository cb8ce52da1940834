"""`python -m payments.simulator`: the simulator as a program, until it is ended."""

from pathlib import Path

import click
import yaml  # type: ignore[import-untyped]

from payments.simulator.app import create_app
from payments.simulator.faults import KINDS, Faults, NoSuchFault
from payments.simulator.redirect import Company
from payments.simulator.serving import Post, listening
from payments.simulator.store import Store
from payments.simulator.stripe import Stripe
from payments.simulator.world import World, stripe_signature

KEY, SECRET = "sk_test_simulator", "whsec_simulator"
HOOK = "http://localhost:8000/hooks/payments/stripe"
FAULTS = "\n".join(f"  {kind}: {words}" for kind, words in KINDS.items())


@click.command(epilog=f"\b\nFaults:\n{FAULTS}")
@click.option("--port", type=click.IntRange(1, 65535), default=8090, show_default=True)
@click.option(
    "--data",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("var/simulator.sqlite"),
    show_default=True,
    help="The file of its books.",
)
@click.option("--notify", default=HOOK, show_default=True, help="Where Stripe's notices go.")
@click.option("--key", default=KEY, show_default=True, help="The secret key that opens it.")
@click.option("--webhook-secret", default=SECRET, show_default=True, help="What signs notices.")
@click.option(
    "--redirect-gateway",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Play this declared company too: the file of PORTAL_REDIRECT_GATEWAY.",
)
@click.option("--seed", default="1", show_default=True, help="Faults strike alike for one seed.")
@click.option(
    "--fault", "rates", multiple=True, help="How often one strikes: drop=0.1; repeatable."
)
@click.option("--slow", type=float, default=20, show_default=True, help="Seconds of slow banks.")
@click.option("--delay", type=float, default=600, show_default=True, help="Seconds of delays.")
@click.option("--stall", type=float, default=30, show_default=True, help="Seconds of stalls.")
def main(*, port: int, data: Path, notify: str, key: str, **rest: object) -> None:
    """Play a company that takes payments. No real money, and for this machine alone."""
    webhook_secret, seed = str(rest.pop("webhook_secret")), str(rest.pop("seed"))
    faults = Faults(seed)
    try:
        faults.change(dict(str(one).partition("=")[::2] for one in rest.pop("rates")))  # type: ignore[attr-defined]
    except NoSuchFault as error:
        raise click.ClickException(str(error)) from error
    data.parent.mkdir(parents=True, exist_ok=True)
    base = f"http://127.0.0.1:{port}"
    world = World(Store(data), faults, base, signers={"stripe": stripe_signature(webhook_secret)})
    world.slow, world.delay, world.stall = (
        float(str(rest[one])) for one in ("slow", "delay", "stall")
    )
    stripe = Stripe(world, notify)
    file = rest["redirect_gateway"]
    declared = Company(world, yaml.safe_load(file.read_text())) if isinstance(file, Path) else None
    server = listening(create_app(stripe, key, declared), port)
    Post(stripe, declared).start()
    click.echo(f"The simulator is ready: STRIPE_API_BASE={base}")
    server.serve_forever()


if __name__ == "__main__":
    main()
