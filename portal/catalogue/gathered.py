"""Life events among what people search for: few, so that each is looked at."""

from collections.abc import Iterator
from functools import cache

from flask import url_for

from portal.catalogue.folding import asked_words, skeleton, telling_words
from portal.catalogue.hits import Hit
from portal.i18n import LANGUAGES, gettext, say
from portal.registry.discovery import life_events
from portal.registry.life_events import LifeEvent
from portal.registry.together import service as gathering

# What a word of the title says, and one of the summary.
TITLE, TOLD = 1.0, 0.5
BEGINNING, SOUND = 0.8, 0.9
# Two consonants alone are heard in too many words.
SHORT = 2
ENOUGH = 0.6
# A word, its sound, and how much it says.
Known = tuple[tuple[str, str, float], ...]


def found(text: str, most: int) -> list[Hit]:
    """The life events that the words mean, in any of our languages, best first."""
    words = asked_words(text)
    if not words:
        return []
    scored = {slug: _score(known, words) for slug, known in _known().items()}
    near = {slug: score for slug, score in scored.items() if score >= ENOUGH}
    # Most searches are for something else, and ask no more than they did.
    on = [one.event for one in gathering.offered() if one.event.slug in near] if near else []
    best = sorted(on, key=lambda event: -near[event.slug])
    return [_hit(near[event.slug], event) for event in best[:most]]


def _hit(score: float, event: LifeEvent) -> Hit:
    url = url_for("catalogue.life_event", slug=event.slug)
    by = gettext("Several applications at once")
    return Hit(score, say(event.title), say(event.summary), by, url, is_paused=False)


def _score(known: Known, words: list[str]) -> float:
    return sum(_nearness(word, known) for word in words) / len(words)


def _nearness(asked: str, known: Known) -> float:
    sound = skeleton(asked)
    return max((weight * _like(asked, sound, *one) for *one, weight in known), default=0)


def _like(asked: str, sound: str, word: str, heard: str) -> float:
    if asked == word:
        return 1
    if word.startswith(asked):
        return BEGINNING
    return SOUND if sound == heard and len(sound) > SHORT else 0


@cache
def _known() -> dict[str, Known]:
    """The words of each life event that is declared."""
    return {event.slug: tuple(_weighed(event)) for event in life_events()}


def _weighed(event: LifeEvent) -> Iterator[tuple[str, str, float]]:
    for text, weight in ((event.title, TITLE), (event.summary, TOLD)):
        for code in LANGUAGES:
            for word in telling_words(text.say(code)):
                yield word, skeleton(word), weight
