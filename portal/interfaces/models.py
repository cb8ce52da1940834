"""Where providers' own interfaces answer."""

from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base
from portal.kernel.signing import Signing


class ProviderInterface(Signing, Base):
    """Its secrets are sealed as those of the billing sources that came before."""

    __tablename__ = "provider_interfaces"
    part = "billing"
    sealed_as = "billing_sources"

    provider_slug: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
