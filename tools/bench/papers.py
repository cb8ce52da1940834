"""Issued documents: how long one takes, made, signed and noted, and what its press weighs.

`python -m tools.bench.papers` measures it in a world of its own and says so.
"""

import statistics
import sys
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

from portal.documents import service as documents
from portal.documents.domain import Line, Sheet
from portal.documents.press.running import press
from portal.kernel import keys
from tools.bench import processes
from tools.bench.house import House
from tools.world import world

TIMES = 100
SLOWEST = 0.030
# By language: the issuer, the title, what is certified, and a line.
WORDS = {
    "en": ("Department of Revenue", "Income certificate", "It was looked into.", "Your name"),
    "ur": ("محکمہ مال", "آمدنی کا سرٹیفکیٹ", "اس کی جانچ کی گئی۔", "آپ کا نام"),
}


@dataclass(frozen=True)
class Papers:
    """By language the median, in seconds; and the memory of the press."""

    medians: dict[str, float]
    memory: processes.Memory


def measure(house: House) -> Papers:
    with house.work():
        subject_id = keys.new_subject()
        # The first one starts the press and makes the key.
        documents.issue(sheet("en", 0), subject_id, None)
        medians = {
            language: statistics.median(
                _seconds(sheet(language, one), subject_id) for one in range(TIMES)
            )
            for language in WORDS
        }
        if press.program is None:
            raise RuntimeError("No press runs.")
        return Papers(medians, processes.memory(press.program.pid))


def _seconds(sheet: Sheet, subject_id: UUID) -> float:
    begun = perf_counter()
    documents.issue(sheet, subject_id, None)
    return perf_counter() - begun


def sheet(language: str, number: int) -> Sheet:
    own, english = WORDS[language], WORDS["en"]
    both = [{"en": en, language: it} for en, it in zip(english, own, strict=True)]
    issuer, title, text, label = both
    line = Line(label, dict.fromkeys({"en", language}, f"Asha Devi {number}"))
    said = {"Name": "Asha Devi"}
    return Sheet("revenue", issuer, "certificate", title, text, (line,) * 8, language, said)


if __name__ == "__main__":
    with world() as here:
        sys.stdout.write(f"{measure(House(here))}\n")
