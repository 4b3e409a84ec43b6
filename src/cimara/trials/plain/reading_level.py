"""How hard a text is to read: Flesch-Kincaid grade in English, Szigriszt perspicuity in Spanish."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files

from cimara.trials.plain.language import Language

EASIEST = {Language.EN: 0.0, Language.ES: 100.0}
"""Answer for a text in which no word is left to count."""
GATE = {Language.EN: 8.0, Language.ES: 55.0}
"""English: grade at most 8. Spanish: at least 55, "normal" on the INFLESZ scale (Barrio-Cantalejo 2008)."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n+")
_EN_VOWELS = re.compile(r"[aeiouy]+")
_EN_TWO_IN_ONE_GROUP = re.compile(r"(?<![cgstx])ia|io(?!n|u)|(?<![qg])ua|uo|eo|ier$|[aeiou]ing$|ism$")
_EN_SILENT_E = re.compile(
    r"(?:[^aeiouylr]|[aeiou][lr])e$|[^aeioutd]ed$|[^aeioucsxzgh]es$|[^aeioul]e(?=(?:ful|less|ly|ments?)$)"
)
_ES_VOWELS = re.compile(r"[aeiouáéíóúü]+(?:y$)?|^y$")
_ES_STRONG = re.compile(r"[aeoáéíóú]")


@cache
def _exceptions(lang: Language) -> dict[str, int]:
    """Words that the rules miscount, with their number of syllables."""
    table = tomllib.loads(files(__package__).joinpath("syllable_exceptions.toml").read_text("utf-8"))
    parted = [word for group in table[lang].values() for word in group]
    return {word.replace("-", ""): word.count("-") + 1 for word in parted}


def syllables(word: str, lang: Language) -> int:
    """Number of syllables of one word; a figure counts as one, as in Flesch's own rule."""
    folded = word.lower().replace("’", "'")
    if not folded or not folded[0].isalpha():
        return 1
    known = _exceptions(lang)
    for form in (folded, folded.removesuffix("'s"), folded.removesuffix("s")):
        if form in known:
            return known[form]
    return max(1, _COUNT[lang](folded))


def _english(word: str) -> int:
    """Vowel groups, less silent endings, more where one group holds two vowels that are both spoken."""
    return (
        len(_EN_VOWELS.findall(word))
        + len(_EN_TWO_IN_ONE_GROUP.findall(word))
        - len(_EN_SILENT_E.findall(word))
    )


def _spanish(word: str) -> int:
    """Each strong or accented vowel is a nucleus; weak vowels beside it join it."""
    return sum(max(1, len(_ES_STRONG.findall(group))) for group in _ES_VOWELS.findall(word))


_COUNT: dict[Language, Callable[[str], int]] = {Language.EN: _english, Language.ES: _spanish}


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, without their end marks; a line break ends a sentence too."""
    return tuple(part.strip() for part in _SENTENCE_END.split(text) if _WORD.search(part))


def words(text: str) -> tuple[str, ...]:
    """The words of a text; a hyphen parts two words."""
    return tuple(_WORD.findall(text))


def grade(text: str, lang: str, leave_out: Iterable[str] = ()) -> float:
    """Reading level of a text.

    English: Flesch-Kincaid grade, 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid 1975);
    lower is easier. Spanish: perspicuity, 206.835 - 62.3 syllables a word - words a sentence
    (Szigriszt-Pazos 1993); higher is easier. Terms in `leave_out` count neither as words nor as syllables.
    """
    language = Language.of(lang)
    parts = [words(part) for part in sentences(without_terms(text, leave_out))]
    counted = [word for part in parts for word in part]
    if not counted:
        return EASIEST[language]
    per_sentence = len(counted) / len(parts)
    per_word = sum(syllables(word, language) for word in counted) / len(counted)
    if language is Language.EN:
        return 0.39 * per_sentence + 11.8 * per_word - 15.59
    return 206.835 - 62.3 * per_word - per_sentence


def is_easy(level: float, lang: str) -> bool:
    """Whether a level passes the gate for text that patients read."""
    language = Language.of(lang)
    return level <= GATE[language] if language is Language.EN else level >= GATE[language]


def without_terms(text: str, terms: Iterable[str]) -> str:
    """The text with each term, and its possessive, taken out; the longest term first."""
    longest_first = sorted(terms, key=len, reverse=True)
    if not longest_first:
        return text
    either = "|".join(re.escape(term) for term in longest_first)
    return re.sub(rf"(?<!\w)(?:{either})(?:['’]s)?(?!\w)", " ", text, flags=re.IGNORECASE)
