"""Which of a criterion's quotes speak of the person's case, and from which list of the record they come."""

from __future__ import annotations

from cimara.trials.eligibility.model import CnsEligibility, Force, Section, Statement
from cimara.trials.verdict import Criterion, CriterionValue, Quote


def telling_quotes(criterion: Criterion, read: CnsEligibility) -> tuple[Quote, ...]:
    """The quotes that say most about this case, in text order.

    A record may permit three kinds of brain metastases in three items; the one that names the person's own
    state is shown, not the first. When none names it, all quotes stay.
    """
    ranked = [(_rank(criterion, statement_of(quote, read)), quote) for quote in criterion.quotes]
    best = min((rank for rank, _ in ranked), default=0)
    return tuple(quote for rank, quote in ranked if rank == best)


def list_of(quote: Quote, read: CnsEligibility) -> Section:
    """The list that the quote stands in, where its words agree with the list; none where they turn it round.

    "Treated metastases are eligible" in the list of exclusions would only mislead beside that list's name.
    """
    statement = statement_of(quote, read)
    if statement is None:
        return Section.NONE
    agrees = (statement.section is Section.EXCLUSION) == (statement.force is Force.EXCLUDE)
    return statement.section if agrees else Section.NONE


def statement_of(quote: Quote, read: CnsEligibility) -> Statement | None:
    """The reader's statement that the quote begins in."""
    return next((one for one in read.statements if one.start <= quote.start < one.end), None)


def _rank(criterion: Criterion, statement: Statement | None) -> int:
    """0 when a statement of the value's own direction names the person's state alone, up to 3."""
    if statement is None or criterion.fact not in statement.states:
        return 3
    fails = criterion.value is CriterionValue.FAILS
    if fails != (statement.force is Force.EXCLUDE):
        return 2
    return 0 if len(statement.states) == 1 else 1
