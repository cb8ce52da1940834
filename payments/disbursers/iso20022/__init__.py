"""ISO 20022: a list is a pain.001.001.09, and what the bank says of it a pain.002.

https://www.iso20022.org/iso-20022-message-definitions, Payments Initiation.
"""

from payments.disbursement import Disburser
from payments.disbursers.iso20022.reading import read
from payments.disbursers.iso20022.writing import write
from portal.kernel.errors import N_

disburser = Disburser(
    slug="iso20022",
    title=N_("ISO 20022 (pain.001)"),
    media="application/xml",
    suffix="xml",
    write=write,
    read=read,
)
