"""Search of a snapshot: what may be asked, what is found, and why a study isn't shown."""

from cimara.trials.search.finding import search
from cimara.trials.search.nearby import NearestSite
from cimara.trials.search.page import Count, FoundIn, Hit, Notice, NoticeCode, SearchPage, Undecided
from cimara.trials.search.query import AgeRange, Near, Page, Query, QueryError, Sort

__all__ = [
    "AgeRange",
    "Count",
    "FoundIn",
    "Hit",
    "Near",
    "NearestSite",
    "Notice",
    "NoticeCode",
    "Page",
    "Query",
    "QueryError",
    "SearchPage",
    "Sort",
    "Undecided",
    "search",
]
