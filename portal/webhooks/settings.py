"""How much of the house one endpoint may take up."""

from pydantic import Field

from portal.kernel.settings import Section


class WebhookSettings(Section):
    """Fewer in flight than a worker has hands, so that it always has one for the others."""

    webhook_in_flight: int = Field(
        default=4, ge=1, le=5, description="messages that a worker sends to one endpoint at a time"
    )
    webhook_rests_after: int = Field(
        default=5,
        ge=2,
        le=100,
        description="messages that fail in a row until their endpoint rests",
    )
    webhook_off_after: int = Field(
        default=120,
        ge=1,
        le=720,
        description="hours of nothing but failures after which an endpoint is switched off",
    )
