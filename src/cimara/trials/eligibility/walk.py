"""Walks the items of a criteria text: lead-ins with their conditions, notes, cohorts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from cimara.terms.cns import DISEASE_STATES
from cimara.trials.eligibility.facts import Clause
from cimara.trials.eligibility.grammar import read_sentence
from cimara.trials.eligibility.headings import cohort_label, names_cohorts, opening_cohort
from cimara.trials.eligibility.lexicon import Token, lexicon, words
from cimara.trials.eligibility.model import Force, Section, Target
from cimara.trials.eligibility.qualifiers import marks_of
from cimara.trials.eligibility.reading import Context, Reading, narrow
from cimara.trials.eligibility.segment import Item, segment
from cimara.trials.eligibility.sentences import sentences
from cimara.trials.eligibility.states import NOTHING, States, excluded_states, permitted_states
from cimara.trials.eligibility.text import WorkingText, offsets

_CNS_STEMS = (
    "brain", "brian", "cns", "crani", "cereb", "encephal", "central nerv", "nervous", "mening", "lepto",
    "lmd",
)  # fmt: skip
"""Stems without which a text, or an item of it, says nothing of CNS disease; "lm" is one as a whole word."""
_SCAN_STEMS = ("magnetic resonance", "dexameth")
_LM_DEFINED = re.compile(r"mening\w*(?: \w+){0,2} ?\(lm[dc]?s?\)")
_CHOICE = re.compile(
    r"\b(?:one|any|either|at least one|1)(?: or more)? of (?:the )?|\bas follows\b|\beither\b"
)
_NOTE_WORDS = words("note")
_NOT_A_HEADING = words("not_a_heading")
_SELF_STANDING = ("PERMIT", "EXCLUDE")
_OTHER_CRITERIA = words("other_criteria")
_DEMANDS = ("MUST", "REQUIRE")
_LONGEST_HEADING = 12


class Said(msgspec.Struct, frozen=True):
    """One reading with the sentence that says it, as offsets of the working text."""

    reading: Reading
    start: int
    end: int
    section: Section
    cohort: str | None


@dataclass(frozen=True, slots=True)
class Walked:
    """All that the walk found."""

    said: tuple[Said, ...]
    clauses: tuple[Clause, ...]
    unread: tuple[tuple[int, int], ...]
    """Sentences that name CNS metastases and gave no statement."""
    cohorts_named: int


def walk(text: WorkingText, hits: list[int], *, cns_trial: bool, lm_trial: bool) -> Walked:
    """Read every item of the text that names the CNS; `hits` are its `cns_words`."""
    items = segment(text.text, text.lower, hits)
    lm_defined = lm_trial or bool(_LM_DEFINED.search(text.lower))
    about = Context(Section.NONE, cns_trial=cns_trial, lm_trial=lm_trial, lm_defined=lm_defined)
    walker = _Walker(text, hits, about)
    said: list[Said] = []
    heads: tuple[Reading, ...] = ()
    for item in items:
        found = walker.item(item, heads if heads and item.note else (), choice=False)
        heads = tuple([one.reading for one in found])
        said.extend(found)
    return Walked(tuple(said), tuple(walker.clauses), tuple(walker.unread), _cohorts_named(text.lower, items))


def cns_words(lower: str, *, scans: bool = False) -> list[int]:
    """Where a text has words of CNS disease, ascending; with `scans` also MRI and dexamethasone."""
    stems, whole_words = (_CNS_STEMS + _SCAN_STEMS, ("lm", "mri")) if scans else (_CNS_STEMS, ("lm",))
    found = offsets(lower, stems)
    for word in whole_words:
        ends = (at + len(word) for at in offsets(lower, (word,)))
        found.extend(end - len(word) for end in ends if not lower[end : end + 1].isalnum())
    found.sort()
    return found


def first_item(text: WorkingText, stems: re.Pattern[str]) -> Item | None:
    """The first item outside the exclusions that holds one of `stems`."""
    for item in segment(text.text, text.lower, ()):
        if item.section is not Section.EXCLUSION and stems.search(text.lower, item.start, item.end):
            return item
    return None


class _Walker:
    """Goes through the items; `about` is what title and conditions say, `clauses` are for the fields."""

    def __init__(self, text: WorkingText, hits: list[int], about: Context) -> None:
        self.text = text
        self.lower = text.lower
        self.about = about
        self.hits = hits
        self.words = lexicon()
        self.clauses: list[Clause] = []
        self.unread: list[tuple[int, int]] = []

    def item(self, item: Item, heads: tuple[Reading, ...], *, choice: bool) -> list[Said]:
        """The statements of an item and of the items below it."""
        own: list[Said] = []
        if heads or self._names_cns(item):
            own = self._sentences(item, heads, choice=choice)
        if not item.children:
            return own
        opened = self._opened(item, own)
        if opened:
            return [one for one in own if one not in opened] + self._governed(item, opened)
        if own and self._is_heading(item, own):
            own = []
        return own + self._below(item, own)

    def _names_cns(self, item: Item) -> bool:
        place = bisect_left(self.hits, item.start)
        return place < len(self.hits) and self.hits[place] < item.end

    def _tokens(self, item: Item) -> list[Token]:
        return self.words.tokens(self.lower, item.start, item.end)

    def _below(self, item: Item, own: list[Said]) -> list[Said]:
        """Items under a lead-in that isn't itself about CNS disease."""
        lead = self.lower[item.start : item.end]
        choice = item.lead_in and item.section is Section.INCLUSION and bool(_CHOICE.search(lead))
        found: list[Said] = []
        previous = tuple([one.reading for one in own])
        for child in item.children:
            below = self.item(child, previous if own or (previous and child.note) else (), choice=choice)
            previous = tuple([one.reading for one in below]) or previous
            found.extend(below)
        return found

    def _opened(self, item: Item, own: list[Said]) -> list[Said]:
        """The statements that the item's last words leave open ("... are eligible if:")."""
        if not item.lead_in or not own:
            return []
        last = [one for one in own if one.end >= item.end - 3] or self._opened_permission(item, own)
        if not last or self._is_heading(item, last):
            return []
        return [one for one in last if one.reading.exception and one.reading.states] or last

    def _opened_permission(self, item: Item, own: list[Said]) -> list[Said]:
        """Read "Patients are eligible if the following criteria are met:" of the disease named before it."""
        final = list(sentences(self.text.text, self._tokens(item)))[-1]
        if not any(token.kind == "PERMIT" for token in final):
            return []
        reading = Reading(
            Target.BRM, Force.PERMIT, frozenset(DISEASE_STATES), 0, 0, exception=True, rule="R4-anaphor"
        )
        return [
            Said(replace(reading, target=target), final[0].start, final[-1].end, item.section, cohort)
            for target, cohort in dict.fromkeys((one.reading.target, one.cohort) for one in own)
            if target is not Target.LMD
        ]

    def _is_heading(self, item: Item, said: list[Said]) -> bool:
        """True for "CNS involvement:" above items that name the disease again: the items decide."""
        tokens = self._tokens(item)
        if len(tokens) > _LONGEST_HEADING or any(token.word in _NOT_A_HEADING for token in tokens):
            return False
        if any(token.kind in ("IF", "UNLESS", "PERMIT", "EXCLUDE", "MUST") for token in tokens):
            return False
        bare = all(not one.reading.named and one.reading.force is Force.EXCLUDE for one in said)
        return bare and any(self._names_cns(child) for child in item.children)

    def _governed(self, item: Item, opened: list[Said]) -> list[Said]:
        """Items below a CNS lead-in: conditions of its open clause, unless they speak for themselves."""
        conditions: list[list[Token]] = []
        own: list[Said] = []
        heads = tuple(one.reading for one in opened)
        lmd = any(head.target is Target.LMD for head in heads)
        permits = any(head.force is not Force.EXCLUDE for head in heads)
        demanded = any(head.force is Force.REQUIRE for head in heads)
        ended = False
        for child in _conditions_below(item.children):
            tokens = self._tokens(child)
            ended = ended or any(token.word in _OTHER_CRITERIA for token in tokens)
            if ended:
                own.extend(self.item(child, (), choice=False))
                continue
            spoken = list(sentences(self.text.text, tokens))
            standing = [one for one in spoken if _speaks_for_itself(one, lmd=lmd, demanded=demanded)]
            own.extend(self._read(child, standing, heads, choice=False))
            condition = [token for one in spoken if one not in standing for token in one]
            if condition:
                conditions.append(condition)
            self.clauses.append(
                Clause(tokens, item.section, opened[0].cohort, about_brm=True, permits=permits)
            )
            if not child.lead_in:
                own.extend(self._below(child, []))
        either = bool(_CHOICE.search(self.lower[item.start : item.end])) or any(
            tokens and tokens[-1].kind == "OR" for tokens in conditions[:-1]
        )
        if _speak_of_metastases_only(conditions):
            opened = [
                one for one in opened if not (one.reading.exception and one.reading.target is Target.LMD)
            ]
        governed = [
            replace(one, reading=_conditioned(one.reading, conditions, either=either)) for one in opened
        ]
        return governed + own

    def _sentences(self, item: Item, heads: tuple[Reading, ...], *, choice: bool) -> list[Said]:
        """The statements of an item's own sentences."""
        return self._read(item, sentences(self.text.text, self._tokens(item)), heads, choice=choice)

    def _read(
        self, item: Item, spoken_sentences: Iterable[list[Token]], heads: tuple[Reading, ...], *, choice: bool
    ) -> list[Said]:
        """The statements of sentences of an item; each may speak of what the one before it named."""
        found: list[Said] = []
        spoken: list[tuple[list[Token], str | None, bool]] = []
        about = any(head.target is not Target.LMD for head in heads)
        for sentence in spoken_sentences:
            start, end = sentence[0].start, sentence[-1].end
            cohort = cohort_label(self.lower[start:end]) or item.cohort
            note = item.note or sentence[0].word in _NOTE_WORDS
            context = Context(
                item.section,
                cns_trial=self.about.cns_trial,
                lm_trial=self.about.lm_trial,
                cohort=cohort,
                choice=choice,
                note=note,
                lm_defined=self.about.lm_defined,
            )
            readings, mentioned = read_sentence(sentence, context, heads)
            about = about or Target.BRM in mentioned or Target.CNS in mentioned
            spoken.append((sentence, cohort, about))
            if mentioned and not readings:
                self.unread.append((start, end))
            for reading in readings:
                if reading.narrows:
                    found = [_narrowed(one, reading) for one in found]
                else:
                    found.append(Said(reading, start, end, item.section, cohort))
            heads = tuple([reading for reading in readings if not reading.narrows]) or heads
        permits = any(_lets_in(one.reading) for one in found)
        self.clauses.extend(
            Clause(tokens, item.section, cohort, about_brm=is_about, permits=permits)
            for tokens, cohort, is_about in spoken
        )
        return found


def _with_descendants(items: Sequence[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        if item.children:
            yield from _with_descendants(item.children)


def _conditions_below(items: Sequence[Item]) -> Iterator[Item]:
    """Items of a list, and those under a lead-in of it; what is only indented stands for itself."""
    for item in items:
        yield item
        if item.children and item.lead_in:
            yield from _conditions_below(item.children)


def _cohorts_named(lower: str, items: Sequence[Item]) -> int:
    """How many cohorts have an item of their own in the inclusion list."""
    if not names_cohorts(lower):
        return 0
    labels = {
        opening_cohort(lower, item.start)
        for item in _with_descendants(items)
        if item.section is Section.INCLUSION
    }
    return len(labels - {None})


def _speaks_for_itself(tokens: list[Token], *, lmd: bool, demanded: bool) -> bool:
    """True for a sentence with a verb of its own, about LMD where the lead-in isn't, or one more demand."""
    if demanded and any(token.kind == "REQUIRE" for token in tokens):
        return any(token.kind == "SITE" for token in tokens)
    if not lmd and any(token.kind == "LMD" for token in tokens):
        return True
    return any(token.kind in _SELF_STANDING for token in tokens)


def _speak_of_metastases_only(conditions: list[list[Token]]) -> bool:
    """True for "... or leptomeningeal disease unless: brain metastases are stable": LMD stays shut out."""
    kinds = {token.kind for token in conditions[0]} if conditions else set()
    return {"SITE", "MET"} <= kinds and not any(token.kind == "LMD" for one in conditions for token in one)


def _lets_in(reading: Reading) -> bool:
    return reading.force is not Force.EXCLUDE and reading.target is not Target.LMD


def _narrowed(said: Said, condition: Reading) -> Said:
    """A permission with what a later sentence asks of the same patients."""
    if said.reading.force is Force.EXCLUDE or said.reading.target is not condition.target:
        return said
    both = said.reading.states & condition.states
    return replace(said, reading=_named(said.reading, both)) if both else said


def _conditioned(reading: Reading, conditions: list[list[Token]], *, either: bool) -> Reading:
    """A statement under a list of conditions: all of them, or with `either` any of them."""
    groups = [marks_of(tokens, 0, len(tokens)) for tokens in conditions]
    demanded = [group for group, tokens in zip(groups, conditions, strict=True) if tokens[0].kind in _DEMANDS]
    if reading.force is Force.EXCLUDE:
        removed = [states for group in groups if (states := excluded_states([group])) is not None]
        return _named(reading, NOTHING.union(*removed)) if removed else reading
    if either:
        ways = [group for group in groups if group not in demanded]
        allowed = [states for group in ways if (states := permitted_states([group])) is not None]
        return narrow(_named(reading, NOTHING.union(*allowed)), demanded) if allowed else reading
    return narrow(reading, [group for group in groups if group])


def _named(reading: Reading, states: States) -> Reading:
    return replace(reading, states=states, named=True)
