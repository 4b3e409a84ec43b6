"""What each number of a message is, in words for who must answer for what leaves a hospital."""

from __future__ import annotations

from collections.abc import Mapping

REGRESSION: Mapping[str, str] = {
    "loglik": "log-likelihood, summed over rows",
    "score": "score of each coefficient, summed over rows",
    "information": "information matrix of the coefficients, summed over rows",
    "cross": "products of score residuals, summed over patients, for robust standard errors",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "facts": {
        "patients": "patients that the analysis uses",
        "rows": "rows of the table that it uses",
        "sites": "1 where the site has any such patient",
        "sites_plain": "1 where the site has enough patients and events for sums of its own",
        "events": "events, by cause",
        "levels": "patients at each level of each covariate and group",
        "sites_with_level": "1 for each level that a patient of the site has",
        "dropped": "rows left out for an empty cell, by column",
        "exits": "patients who leave in each cell of the study's grid",
        "exits_with_event": "those of them with an event",
    },
    "cox": {
        "loglik": "log-likelihood, summed over events",
        "score": "score of each coefficient, summed over events",
        "information": "information matrix of the coefficients, summed over events",
        "cross": "products of score residuals, summed over patients, for robust standard errors",
        "spread": "squares of the covariates around their means, and the weight",
        "counts": "rows, events, strata, clusters and weights",
    },
    "cox.extremes": {
        "below": "for each covariate, events that are not at its lowest end among those at risk",
        "above": "for each covariate, events that are not at its highest end among those at risk",
    },
    "cox.sums": {
        "at_risk": "relative hazards summed over those at risk, at each time of the grid",
        "at_risk_covariates": "covariates weighted by them, summed over those at risk, at each time",
        "dying": "relative hazards summed over those with an event, at each time",
        "dying_covariates": "covariates weighted by them, summed over those with an event, at each time",
        "counts": "rows, events, strata, clusters and weights",
        "present": "1 where the site has rows of the stratum",
        "deaths": "events at each time of the grid",
        "death_weight": "weights of the events at each time",
        "of_events": "covariates summed over all events",
        "moments": "rows, sums and squares of each covariate",
    },
    "cox.information": {
        "outer": "products of covariates, weighted and summed over all rows",
        "cross": "products of score residuals, summed over patients, for robust standard errors",
    },
    "fine_gray.counts": {
        "events": "events at each time of the grid",
        "competing": "competing events at each time",
        "censored": "censored at each time",
        "entered": "entries at each time",
        "moments": "weights, sums and squares of the covariates",
    },
    "fine_gray.risk": {
        "sums": "weighted hazards and covariates summed over those at risk, at each time of an event",
        "of_events": "covariates summed over all events, and their weight",
        "spread": "squares of the covariates around their means",
        "counts": "rows, events by kind, clusters and weights",
        "leaving": "score residuals summed over those who leave, at each time, for the censoring weights",
    },
    "fine_gray.information": {
        "squares": "products of covariates, weighted and summed over all rows",
        "cross": "products of residuals, summed over patients, for the standard errors",
    },
    "counts": {
        "rows.events": "events by group, time of the grid and cause",
        "rows.censored": "censored by group and time",
        "rows.entered": "entries by group and time",
        "rows.beyond": "rows by group that last beyond the grid",
        "weighted.events": "weights of the events by group, time and cause",
        "weighted.censored": "weights of the censored by group and time",
        "weighted.entered": "weights of the entries by group and time",
        "weighted.beyond": "weights by group of rows that last beyond the grid",
        "spread": "sums of weights and of their squares, by group",
        "left_out": "rows left out, by group",
    },
    "influence": {
        "influence": "squared influences on the curve, summed over patients, by group and time",
        "heavy": "patients by group whose weight counts for much",
        "clusters": "clusters, by group",
    },
    "regression.counts": {
        "counts": "rows, events, clusters and weights",
        "moments": "sums and squares of the covariates",
    },
    "regression.binomial": REGRESSION,
    "regression.poisson": REGRESSION,
    "table_one": {
        "rows": "rows in each group",
        "numbers": "for each number and group: missing, sum, sum of squares",
        "levels": "rows at each level, by group",
    },
    "quantiles.cuts": {
        "counts": "rows with a value",
        "below": "rows at or below each cut of the study file",
    },
    "propensity": {
        "score": "score of each coefficient of the treatment model, summed over rows",
        "information": "information matrix of the treatment model, summed over rows",
        "moments": "sums and squares of the covariates",
        "share": "rows with and without the treatment",
        "loglik": "log-likelihood of the treatment model",
        "arms": "rows at each covariate's level, by treatment",
    },
    "weights": {"sums": "sums of weights and of their squares, by treatment"},
    "weights.heavy": {"heavy": "rows whose weight counts for much"},
    "balance": {
        "sums": "weighted sums and squares of each covariate, by treatment",
        "sizes": "rows and weights, by treatment",
    },
    "proportionality.counts": {"counts": "events and rows at risk, at each time of the grid"},
    "proportionality.sums": {
        "score": "score of each coefficient, summed over events",
        "scaled_score": "the same, each event times the scaled time",
        "plain": "information matrix, summed over events",
        "once": "the same, times the scaled time",
        "twice": "the same, times its square",
    },
    "site_scores": {
        "score": "score of each coefficient; other sites' places hold zeros",
        "information": "information matrix; other sites' places hold zeros",
        "cross": "products of score residuals; other sites' places hold zeros",
        "counts": "patients and events; other sites' places hold zeros",
    },
    "in_all": {"values": "counts that the analysis needs before it begins"},
}
"""Kind of sums -> name of an array -> what its numbers are."""


AT_ONCE = "at_once"
"""Several kinds of sums in one message; their names are the place, the kind and the array: "0:cox:score"."""


def words_of(schema: str, name: str) -> str:
    """What the numbers of an array are; its own name where nobody has said more."""
    if schema == AT_ONCE and name.count(":") == 2:
        place, inner, own = name.split(":")
        return f"model {int(place) + 1}: {words_of(inner, own)}"
    return WORDS.get(schema, {}).get(name, name.replace("_", " "))
