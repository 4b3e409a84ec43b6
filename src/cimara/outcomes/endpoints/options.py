"""The named parameters of endpoint definitions: allowed values, default, and the sentence of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OptionValue = str | int | tuple[str, ...]

YES_NO = ("no", "yes")


@dataclass(frozen=True, slots=True)
class Option:
    """One named parameter. `values` is None for a whole number of at least 1; `several` takes a list.

    `sentences` holds the protocol sentence of each value, or under "*" one that takes the value.
    """

    name: str
    default: OptionValue
    values: tuple[str, ...] | None
    sentences: Mapping[str, str]
    several: bool = False
    status: str = "P"

    def fits(self, value: object) -> bool:
        """True when `value` is allowed."""
        if self.values is None:
            return isinstance(value, int) and not isinstance(value, bool) and value >= 1
        if self.several:
            return isinstance(value, tuple) and bool(value) and set(value) <= set(self.values)
        return isinstance(value, str) and value in self.values

    def sentence(self, value: OptionValue) -> str:
        """What the value says in a protocol."""
        if self.several:
            assert isinstance(value, tuple)
            parts = [self.sentences[one] for one in value]
            return self.sentences["*"].format(", ".join(parts))
        return self.sentences.get(str(value), self.sentences.get("*", "")).format(value)


OPTIONS: dict[str, Option] = {
    one.name: one
    for one in (
        Option(
            "rn_certainty",
            "probable",
            ("possible", "probable", "confirmed"),
            {
                "possible": "Possible radiation necrosis counts, as do probable and confirmed.",
                "probable": "Radiation necrosis counts when probable or confirmed.",
                "confirmed": "Radiation necrosis counts only when confirmed.",
            },
        ),
        Option(
            "rn_symptomatic_only",
            "no",
            YES_NO,
            {
                "no": "Radiation necrosis counts with or without symptoms.",
                "yes": "Only symptomatic radiation necrosis counts.",
            },
        ),
        Option(
            "rn_local_pd",
            "ignore",
            ("ignore", "competing"),
            {
                "ignore": "Local progression does not end follow-up for radiation necrosis.",
                "competing": "Local progression is an event that competes with radiation necrosis.",
            },
        ),
        Option(
            "rn_date",
            "onset",
            ("onset", "decision"),
            {
                "onset": "Radiation necrosis is dated at the growth that was judged to be necrosis.",
                "decision": "Radiation necrosis is dated at the decision that it is necrosis.",
            },
        ),
        Option(
            "both_counts",
            "neurologic",
            ("neurologic", "systemic", "own"),
            {
                "neurologic": "A death of both causes counts as neurologic.",
                "systemic": "A death of both causes counts as systemic.",
                "own": "A death of both causes is an event of its own.",
            },
        ),
        Option(
            "bm_screening",
            "imaging",
            ("imaging", "clinical"),
            {
                "imaging": "Patients count as free of brain metastases up to their last brain imaging.",
                "clinical": "Patients count as free of brain metastases up to their last brain imaging or "
                "clinic visit, whichever is later.",
            },
        ),
        Option(
            "cns_event_list",
            ("new_lesion", "local_pd", "lmd", "salvage"),
            ("new_lesion", "local_pd", "lmd", "salvage"),
            {
                "*": "The CNS events that count are: {}.",
                "new_lesion": "a new CNS lesion",
                "local_pd": "local progression",
                "lmd": "leptomeningeal disease",
                "salvage": "salvage therapy to the CNS",
            },
            several=True,
        ),
        Option(
            "lmd_counts_distant",
            "no",
            YES_NO,
            {
                "no": "Leptomeningeal disease is no distant intracranial failure.",
                "yes": "Leptomeningeal disease counts as distant intracranial failure.",
            },
        ),
        Option(
            "cbr_days",
            168,
            None,
            {"*": "Disease control counts when it is seen at {} days from the start or later."},
        ),
        Option(
            "impute_start",
            "no",
            YES_NO,
            {
                "no": "A start date of which a part is missing is not filled in; the patient is left out.",
                "yes": "A start date without a day is filled in with the first day of its month.",
            },
        ),
        Option(
            "planned_only_ignored",
            "yes",
            YES_NO,
            {
                "yes": "Local therapy to the brain that was planned from the start is not counted as such.",
                "no": "Local therapy to the brain counts as such even where it was planned from the start.",
            },
        ),
        Option(
            "missing_as",
            "nonresponder",
            ("nonresponder", "excluded"),
            {
                "nonresponder": "Patients without an evaluable assessment count as non-responders.",
                "excluded": "Patients without an evaluable assessment are left out.",
            },
        ),
        Option(
            "cognition_rule",
            "sd1",
            ("sd1", "sd1_missing_event", "rci"),
            {
                "sd1": "Deterioration is a fall of one standard deviation or more from baseline.",
                "sd1_missing_event": "Deterioration is a fall of one standard deviation or more from "
                "baseline, or a test not done for a cognitive or neurologic reason.",
                "rci": "Deterioration is a reliable-change index beyond -1.645.",
            },
            status="A / U",
        ),
        Option(
            "min_tests",
            1,
            None,
            {"*": "The number of tests that must deteriorate at one visit is {}."},
            status="U",
        ),
        Option(
            "strict",
            "no",
            YES_NO,
            {
                "no": "A fall of exactly the limit counts.",
                "yes": "A fall must be larger than the limit.",
            },
            status="U",
        ),
        Option(
            "sd_source",
            "study",
            ("study", "norm"),
            {
                "study": "Standard deviations are those of the study at baseline.",
                "norm": "Falls are counted in standard deviations of the norm (z scores).",
            },
            status="U",
        ),
        Option(
            "sustained",
            "no",
            YES_NO,
            {
                "no": "Deterioration at one visit is enough.",
                "yes": "Deterioration must be seen at two visits in a row and is dated at the first.",
            },
        ),
    )
}
