"""The kinds of trial design: which options each has, and how its object is made of them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cimara.cli.outcomes.definitions import find_endpoint

if TYPE_CHECKING:
    from cimara.outcomes.design.competing_death import CompetingDeathDesign
    from cimara.outcomes.design.hazards import Hazard, Recruitment
    from cimara.outcomes.design.log_rank import LogRankDesign, TwoArmTest


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of design: options that it needs and takes, and how it is built."""

    name: str
    summary: str
    build: Callable[[Namespace], Any]
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()
    takes_endpoint: bool = True
    has_power: bool = True
    more: Callable[[Any, Namespace], Iterable[str]] = lambda design, args: ()


def _hazard(args: Namespace) -> Hazard:
    from cimara.outcomes.design.errors import DesignError
    from cimara.outcomes.design.hazards import Hazard

    if (args.control_median is None) == (args.control_hazards is None):
        raise DesignError("the control arm", expected="--control-median or --control-hazards, one of them")
    if args.control_hazards is not None:
        return Hazard(args.control_hazards, args.cuts)
    return Hazard.of_median(args.control_median)


def _recruitment(args: Namespace) -> Recruitment:
    from cimara.outcomes.design.hazards import Recruitment

    return Recruitment(args.accrual, args.followup, args.yearly_loss)


def _test(args: Namespace) -> TwoArmTest:
    from cimara.outcomes.design.log_rank import TwoArmTest

    return TwoArmTest(args.alpha, args.power, args.sided, args.allocation)


def _log_rank(args: Namespace) -> LogRankDesign:
    from cimara.outcomes.design.log_rank import EventFormula, LogRankDesign

    return LogRankDesign(
        find_endpoint(args.endpoint),
        args.hazard_ratio,
        _hazard(args),
        _recruitment(args),
        _test(args),
        EventFormula(args.formula),
        args.assessments,
    )


def _competing(args: Namespace, *, lesions: bool = False) -> CompetingDeathDesign:
    from cimara.outcomes.design.competing_death import CompetingDeathDesign, RatioScale
    from cimara.outcomes.design.hazards import Hazard
    from cimara.outcomes.endpoints.words import UnitOfAnalysis

    endpoint = find_endpoint(args.endpoint)
    return CompetingDeathDesign(
        endpoint,
        args.hazard_ratio,
        Hazard((args.cause,)),
        Hazard((args.death,)),
        _recruitment(args),
        RatioScale(args.scale),
        _test(args),
        args.assessments,
        endpoint.unit if lesions else UnitOfAnalysis.PATIENT,
    )


def _unknown(args: Namespace) -> Any:
    from cimara.outcomes.design.unknown_cause import CountedAs, UnknownCauseDesign

    return UnknownCauseDesign(_competing(args), args.unknown, CountedAs(args.counted_as))


def _lesions(args: Namespace) -> Any:
    from cimara.outcomes.design.lesions import LesionCounts, LesionDesign, RandomisedBy

    counts = LesionCounts(args.lesions, args.cv)
    return LesionDesign(_competing(args, lesions=True), counts, args.icc, RandomisedBy(args.randomised_by))


def _visits(args: Namespace) -> Any:
    from cimara.outcomes import Schedule
    from cimara.outcomes.design.visits import TrueTimes, VisitDesign

    control = TrueTimes.of_medians(cns_growth=args.growth_median, death=args.death_median)
    return VisitDesign(
        find_endpoint(args.endpoint),
        control,
        control.times_ratio(cns_growth=args.hazard_ratio, death=args.hazard_ratio),
        args.patients,
        _recruitment(args),
        Schedule(args.every),
        _test(args),
        args.missed,
        assessments=args.assessments,
    )


def _rmst(args: Namespace) -> Any:
    from cimara.outcomes.design.restricted_mean import RestrictedMeanDesign

    control = _hazard(args)
    treated = control.delayed_ratio(args.hazard_ratio, args.delay)
    endpoint = find_endpoint(args.endpoint)
    return RestrictedMeanDesign(
        endpoint, treated, control, args.tau, _recruitment(args), _test(args), args.assessments
    )


def _max_combo(args: Namespace) -> Any:
    from cimara.outcomes.design.max_combo import MaxComboDesign

    control = _hazard(args)
    treated = control.delayed_ratio(args.hazard_ratio, args.delay)
    endpoint = find_endpoint(args.endpoint)
    return MaxComboDesign(
        endpoint,
        treated,
        control,
        args.patients,
        _recruitment(args),
        _test(args),
        assessments=args.assessments,
    )


def _group_sequential(args: Namespace) -> Any:
    from cimara.outcomes.design.group_sequential import Futility, GroupSequentialDesign
    from cimara.outcomes.design.spending import Spending, SpendingKind

    spending = Spending(SpendingKind(args.spending), args.parameter)
    return GroupSequentialDesign(_log_rank(args), args.looks, spending, Futility(args.futility), spending)


def _looks_made(design: Any, args: Namespace) -> Iterable[str]:
    if args.events_at is None:
        return
    counts = [int(one) for one in args.events_at]
    yield "\nLooks as made"
    made = design.boundaries_at(counts)
    for count, share, z in zip(counts, made.shares, made.upper, strict=True):
        yield f"  {count} events, share {share:.4f}: reject at z {z:.4f}"


def _single_stage(args: Namespace) -> Any:
    from cimara.outcomes.design.single_stage import SingleStageDesign

    endpoint = find_endpoint(args.endpoint)
    return SingleStageDesign(endpoint, args.null, args.wanted, args.alpha, args.power, args.assessments)


def _two_stage(args: Namespace) -> Any:
    from cimara.outcomes.design.two_stage import Choice, TwoStageDesign

    return TwoStageDesign(
        find_endpoint(args.endpoint),
        args.null,
        args.wanted,
        args.alpha,
        args.power,
        Choice(args.choice),
        assessments=args.assessments,
    )


def _after_two_stages(design: Any, args: Namespace) -> Iterable[str]:
    if args.responses is None:
        return
    from cimara.outcomes.design.two_stage_inference import two_stage_result

    found = two_stage_result(design.chosen().stages, args.responses, args.null, level=1 - 2 * args.alpha)
    yield f"\nAfter the trial: {found.responses} of {found.size}"
    yield f"  rate {found.rate:.4f}, unbiased {found.unbiased:.4f}"
    yield f"  {found.level:.0%} interval {found.lower:.4f} to {found.upper:.4f}, p {found.p:.5f}"
    yield f"  {'rejected' if found.rejected else 'not rejected'}"


def _boin(args: Namespace) -> Any:
    from cimara.outcomes.design.boin import BoinDesign

    return BoinDesign(args.target, args.doses, args.cohort, args.patients)


def _characteristics(design: Any, args: Namespace) -> Iterable[str]:
    if args.rates is None:
        return
    from cimara.outcomes.design.boin_trials import operating_characteristics

    found = operating_characteristics(design, args.rates, args.simulate or 2000, args.seed)
    yield f"\nOperating characteristics, {found.n_rep} trials, seed {args.seed}"
    yield "  dose  true rate  chosen  mean treated  mean toxic"
    for dose, rate, chosen, treated, toxic in found.table().iter_rows():
        yield f"  {dose:4d}  {rate:9.3f}  {chosen:6.3f}  {treated:12.2f}  {toxic:10.2f}"
    yield f"  no dose chosen {found.none_chosen:.3f}"
    yield f"  over half of a trial's patients above the target dose {found.overdosed:.3f}"


def _window(args: Namespace) -> Any:
    from cimara.outcomes.design.endpoints import Measurement
    from cimara.outcomes.design.window import PairedRatio, Specimens, TwoGroupRatio

    name = "_".join(args.marker.upper().split())
    marker = Measurement(name, args.marker, args.definition)
    specimens = Specimens(args.specimens, args.icc)
    shared = (args.alpha, args.power, args.sided)
    if args.sd_untreated is None:
        return PairedRatio(marker, args.ratio, args.sd, *shared, specimens, args.below_limit)
    return TwoGroupRatio(
        marker, args.ratio, args.sd, args.sd_untreated, *shared, args.allocation, specimens, args.below_limit
    )


def _target_reached(args: Namespace) -> Any:
    from cimara.outcomes.design.two_stage import Choice
    from cimara.outcomes.design.window import TargetReached

    stages = Choice(args.two_stage) if args.two_stage else None
    return TargetReached(args.drug, args.above, args.null, args.wanted, args.alpha, args.power, stages)


_TRIAL = ("accrual", "followup")
_ERRORS = ("alpha", "power", "sided", "allocation", "assessments")
_CONTROL = ("control_median", "control_hazards", "cuts", "yearly_loss")
_COMPETING = ("hazard_ratio", "cause", "death", *_TRIAL)
KINDS = (
    Kind(
        "log-rank",
        "two arms, hazards proportional: events and patients",
        _log_rank,
        ("hazard_ratio", *_TRIAL),
        (*_CONTROL, *_ERRORS, "formula"),
    ),
    Kind(
        "competing-death",
        "two arms, one cause, death before it",
        _competing,
        _COMPETING,
        ("scale", "yearly_loss", *_ERRORS),
    ),
    Kind(
        "unknown-cause",
        "as competing-death, some causes of death unknown",
        _unknown,
        (*_COMPETING, "unknown"),
        ("counted_as", "scale", "yearly_loss", *_ERRORS),
    ),
    Kind(
        "lesions",
        "as competing-death, several lesions a patient",
        _lesions,
        (*_COMPETING, "lesions", "icc"),
        ("cv", "randomised_by", "scale", "yearly_loss", *_ERRORS),
    ),
    Kind(
        "visits",
        "two arms, progression seen at scans: power by --simulate",
        _visits,
        ("hazard_ratio", "growth_median", "death_median", "patients", "every", *_TRIAL),
        ("missed", "yearly_loss", *_ERRORS),
    ),
    Kind(
        "rmst",
        "two arms, hazards not proportional: restricted means",
        _rmst,
        ("hazard_ratio", "tau", *_TRIAL),
        ("delay", *_CONTROL, *_ERRORS),
    ),
    Kind(
        "max-combo",
        "two arms, several weighted tests: power by --simulate",
        _max_combo,
        ("hazard_ratio", "patients", *_TRIAL),
        ("delay", *_CONTROL, *_ERRORS),
    ),
    Kind(
        "group-sequential",
        "as log-rank, looked at before its end",
        _group_sequential,
        ("hazard_ratio", "looks", *_TRIAL),
        (*_CONTROL, *_ERRORS, "formula", "spending", "parameter", "futility", "events_at"),
        more=_looks_made,
    ),
    Kind(
        "single-stage",
        "one group, a rate, one look",
        _single_stage,
        ("null", "wanted"),
        ("alpha", "power", "assessments"),
    ),
    Kind(
        "two-stage",
        "one group, a rate, a stop after a first stage (Simon)",
        _two_stage,
        ("null", "wanted"),
        ("choice", "alpha", "power", "assessments", "responses"),
        more=_after_two_stages,
    ),
    Kind(
        "boin",
        "dose finding by intervals",
        _boin,
        ("target", "doses", "patients"),
        ("cohort", "rates"),
        takes_endpoint=False,
        has_power=False,
        more=_characteristics,
    ),
    Kind(
        "target-reached",
        "window of opportunity: unbound drug in tumour above its target, a rate",
        _target_reached,
        ("drug", "above", "null", "wanted"),
        ("two_stage", "alpha", "power"),
        takes_endpoint=False,
    ),
    Kind(
        "window",
        "window of opportunity: a marker before and after, or treated against untreated",
        _window,
        ("marker", "definition", "ratio", "sd"),
        ("sd_untreated", "specimens", "icc", "below_limit", "alpha", "power", "sided", "allocation"),
        takes_endpoint=False,
    ),
)
