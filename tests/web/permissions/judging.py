"""What is wrong with the answers that somebody gets, held against the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.web.addresses import FOR_MEMBERS
from tests.web.walk import METHODS, SIGN_IN, SOMEWHERE, Seen, Walker, examples, of_an_object

Asked = tuple[str, str]


def findings(walker: Walker, expected: Mapping[Asked, str], only: str = "") -> list[str]:
    """Every fault, as a line; of one pattern only when one is given."""
    nothing = {method: walker.ask(method, SOMEWHERE) for method in METHODS}
    return [
        f"{method} /{pattern}: {fault}"
        for pattern, example in examples().items()
        if only in ("", pattern)
        for method in METHODS
        for fault in _faults(walker, pattern, example, method, expected.get((pattern, method), ""), nothing)
    ]


def _faults(
    walker: Walker, pattern: str, example: str, method: str, wanted: str, nothing: Mapping[str, Seen]
) -> Iterator[str]:
    seen = walker.ask(method, walker.filled(example))
    if seen.status != wanted:
        yield f"{seen.status}, not {wanted or 'in the table'}"
    if seen.is_refused and seen.written:
        yield f"refused, but wrote {', '.join(sorted(seen.written))}"
    if pattern not in FOR_MEMBERS:
        return
    if seen.status == "404" and seen.told() != nothing[method].told():
        yield "not the page of what does not exist"
    if of_an_object(example) and seen.status in ("404", "405", SIGN_IN):
        other = walker.ask(method, walker.absent(example))
        if other.told(walker.absent(example), walker.filled(example)) != seen.told():
            yield "other than for an id of nothing"
