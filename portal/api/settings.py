"""What operators may set about programs' interfaces."""

from pydantic import Field

from portal.kernel.settings import Section


class ApiSettings(Section):
    api_calls_per_minute: int = Field(
        default=600, ge=1, description="calls that one token or client may make in a minute"
    )
