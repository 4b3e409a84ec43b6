"""Sentences into statements: who is required, permitted or excluded, and in which state of disease."""

from __future__ import annotations

from cimara.trials.eligibility.asides import is_broken, is_in_example, is_other_talk, lmd_alone
from cimara.trials.eligibility.clauses import Segment, segments
from cimara.trials.eligibility.dependents import extend_to_all, read_anaphor, read_dependent
from cimara.trials.eligibility.extent import reading_of
from cimara.trials.eligibility.forces import SKIP, Claim, ruling
from cimara.trials.eligibility.lexicon import Token
from cimara.trials.eligibility.mentions import Mention, find_mentions
from cimara.trials.eligibility.model import Force, Section, Target
from cimara.trials.eligibility.phrases import Phrase, phrases
from cimara.trials.eligibility.qualifiers import marks_of
from cimara.trials.eligibility.reading import Context, Ledger, Reading
from cimara.trials.eligibility.states import ALL
from cimara.trials.eligibility.verbs import governing, is_negated, verbs


def read_sentence(
    tokens: list[Token], context: Context, heads: tuple[Reading, ...] = ()
) -> tuple[list[Reading], frozenset[Target]]:
    """The statements of one sentence, and the diseases that it names.

    `heads` are the statements of the sentence before, for "these patients".
    """
    named = find_mentions(tokens, cns_trial=context.cns_trial, lm_defined=context.lm_defined)
    targets = frozenset(mention.target for mention in named if not is_in_example(tokens, mention))
    mentions = [mention for mention in named if not is_other_talk(tokens, mention, context)]
    in_exclusion = context.section is Section.EXCLUSION
    if not mentions and in_exclusion and is_broken(tokens):
        return [Reading(Target.CNS, Force.EXCLUDE, ALL, 0, len(tokens), unclear=True, rule="broken")], targets
    if not mentions and not heads:
        return [], targets
    if in_exclusion and (alone := lmd_alone(tokens, mentions)) is not None:
        return [alone], targets
    return _SentenceReader(tokens, context, mentions, heads).run(), targets


class _SentenceReader:
    """Reads the segments of one sentence in order into a ledger of statements."""

    def __init__(
        self, tokens: list[Token], context: Context, mentions: list[Mention], heads: tuple[Reading, ...]
    ) -> None:
        self.tokens = tokens
        self.context = context
        self.mentions = mentions
        self.earlier = heads
        self.ledger = Ledger(list(heads))
        self.segments = segments(tokens)

    def run(self) -> list[Reading]:
        if not self.mentions:
            read_anaphor(self.tokens, self.segments, self.ledger)
            return self.ledger.said
        opened = False
        for place, segment in enumerate(self.segments):
            if segment.opener == "BECAUSE" and place:
                continue
            inside = [item for item in self.mentions if segment.first <= item.first < segment.last]
            if opened and self._depends(place, inside):
                read_dependent(self.tokens, segment, inside, self.ledger)
            elif inside:
                self._main(segment, inside, self.segments[place + 1 :])
                opened = True
            elif segment.opener in ("BUT", "SEMI") and opened:
                read_anaphor(self.tokens, [segment], self.ledger)
        extend_to_all(self.tokens, self.earlier, self.ledger)
        return self.ledger.said

    def _depends(self, place: int, inside: list[Mention]) -> bool:
        """An exception or a condition of what was said, unless "; if they are stable, they may enter"."""
        segment = self.segments[place]
        if segment.opener == "IF" and inside and self.segments[place - 1].opener == "SEMI":
            alone = self.segments[place - 1].last - self.segments[place - 1].first == 1
            later = [
                pair for part in self.segments[place:] for pair in verbs(self.tokens, part.first, part.last)
            ]
            if alone and any(does == "permit" for _, does in later):
                return False
        return segment.opener in ("UNLESS", "IF") or self._adds_condition(segment, inside)

    def _adds_condition(self, segment: Segment, inside: list[Mention]) -> bool:
        """A condition of the permission before it: "..., but brain metastases must be treated"."""
        if segment.opener != "BUT" or not inside:
            return False
        found = verbs(self.tokens, segment.first, segment.last)
        permitted = any(head.force is Force.PERMIT for head in self.ledger.heads)
        return permitted and bool(found) and found[0][1] == "require"

    def _main(self, segment: Segment, inside: list[Mention], later: list[Segment]) -> None:
        """The statements of a segment that names a disease; later clauses speak of these."""
        self.ledger.heads = []
        for phrase in phrases(self.tokens, segment, inside):
            claim = self._claim(phrase, segment, later)
            ruled = ruling(claim)
            if ruled is not SKIP:
                self.ledger.add(reading_of(claim, ruled, phrase))

    def _claim(self, phrase: Phrase, segment: Segment, later: list[Segment]) -> Claim:
        mention = phrase.mention
        verb = governing(self.tokens, segment, mention, later)
        after = (
            marks_of(self.tokens, verb.at + 1, segment.last, negated=verb.does == "require-not")
            if verb.at is not None and verb.behind(mention)
            else []
        )
        return Claim(
            tokens=self.tokens,
            context=self.context,
            segment=segment,
            mention=mention,
            verb=verb,
            negated=is_negated(self.tokens, mention, segment.first),
            after=after,
            mentions=self.mentions,
        )
