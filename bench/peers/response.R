# RANO-BM time points and confirmed best response as a statistician would write them with dplyr, in the style of
# admiral: sums by summarise, nadir by cummin, calls by case_when, confirmation by a join of the table with itself.
#
#   Rscript bench/peers/response.R FOLDER ROUNDS
#
# FOLDER holds patients, lesions, visits, measurements and clinical as CSV: targets of the brain only, one evaluator,
# no lesion merged, none new, nothing adjudicated. Writes r_timepoints.csv and r_best.csv there; prints the seconds of each round.
suppressPackageStartupMessages({
  library(data.table)
  library(dplyr)
})

arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
rounds <- as.integer(arguments[2])
setDTthreads(2)
read <- function(name) as_tibble(fread(file.path(folder, paste0(name, ".csv")), na.strings = ""))
too_small <- 50L
nothing_yet <- .Machine$integer.max

target_sizes <- function(tables) {
  targets <- tables$lesions |>
    filter(role == "TARGET") |>
    select(patient_id, lesion_id)
  tables$measurements |>
    inner_join(targets, by = c("patient_id", "lesion_id")) |>
    mutate(size = case_when(
      status == "MEASURED" ~ as.integer(round(ld_mm * 10)),
      status == "TOO_SMALL" ~ too_small,
      status == "ABSENT" ~ 0L
    )) |>
    select(patient_id, visit_id, lesion_id, size)
}

with_sums <- function(tables, sizes) {
  n_targets <- tables$lesions |>
    filter(role == "TARGET") |>
    count(patient_id, name = "n_targets")
  sums <- sizes |>
    group_by(patient_id, visit_id) |>
    summarise(n_assessed = sum(!is.na(size)), part = sum(size, na.rm = TRUE), .groups = "drop")
  tables$visits |>
    select(patient_id, visit_id, date, is_baseline) |>
    left_join(sums, by = c("patient_id", "visit_id")) |>
    left_join(n_targets, by = "patient_id") |>
    mutate(
      n_assessed = coalesce(n_assessed, 0L),
      part = coalesce(part, 0L),
      total = if_else(n_assessed == n_targets, part, NA_integer_)
    ) |>
    arrange(patient_id, date) |>
    group_by(patient_id) |>
    mutate(
      base_sum = first(total),
      lowest = cummin(coalesce(total, nothing_yet)),
      nadir_sum = lag(lowest),
      is_lowest = coalesce(total, nothing_yet) < coalesce(nadir_sum, nothing_yet),
      nadir_row = lag(cummax(if_else(is_lowest, row_number(), 0L))),
      nadir_visit = visit_id[pmax(nadir_row, 1L)]
    ) |>
    ungroup() |>
    select(-lowest, -is_lowest, -nadir_row)
}

greatest_growth <- function(timepoints, sizes) {
  timepoints |>
    select(patient_id, visit_id, nadir_visit) |>
    inner_join(sizes, by = c("patient_id", "visit_id")) |>
    inner_join(sizes, by = c("patient_id", nadir_visit = "visit_id", "lesion_id"), suffix = c("", "_then")) |>
    group_by(patient_id, visit_id) |>
    summarise(growth = max(c(0L, size - size_then), na.rm = TRUE), .groups = "drop")
}

derive_timepoints <- function(tables) {
  sizes <- target_sizes(tables)
  sums <- with_sums(tables, sizes)
  sums |>
    filter(!is_baseline) |>
    left_join(greatest_growth(sums, sizes), by = c("patient_id", "visit_id")) |>
    left_join(
      tables$clinical |> select(patient_id, visit_id, clinical = status, attributable, steroid = steroid_trend),
      by = c("patient_id", "visit_id")
    ) |>
    mutate(
      clinical = if_else(clinical == "WORSE" & attributable %in% c("comorbidity", "steroid_change"), "STABLE", clinical),
      complete = n_assessed == n_targets,
      grown = n_assessed > 0 & part > nadir_sum & 10 * part >= 12 * nadir_sum & coalesce(growth, 0L) >= 50L,
      shrunk = complete & 10 * part <= 7 * base_sum
    ) |>
    arrange(patient_id, date) |>
    group_by(patient_id) |>
    mutate(block = cumsum(coalesce(grown, FALSE))) |>
    group_by(patient_id, block) |>
    mutate(reached = cumany(coalesce(shrunk, FALSE) & !grown)) |>
    ungroup() |>
    mutate(
      target = case_when(
        grown ~ "PD",
        !complete ~ "NE",
        part == 0 ~ "CR",
        reached ~ "PR",
        TRUE ~ "SD"
      ),
      unknown = clinical == "UNKNOWN" | steroid == "UNKNOWN",
      response = case_when(
        clinical == "WORSE" ~ "PD",
        target == "PD" ~ "PD",
        target == "NE" ~ "NE",
        unknown | steroid == "INCREASED" ~ "NE",
        target == "CR" & steroid == "NONE" ~ "CR",
        target == "CR" | target == "PR" ~ "PR",
        TRUE ~ "SD"
      )
    )
}

confirmed <- function(firsts, all, same, between_allowed) {
  seconds <- firsts |>
    inner_join(all, by = "patient_id", suffix = c("", "_later"), relationship = "many-to-many") |>
    filter(date_later >= date + 28, response_later %in% same) |>
    group_by(patient_id, date) |>
    summarise(second = min(date_later), .groups = "drop")
  between <- seconds |>
    inner_join(all, by = "patient_id", suffix = c("", "_between"), relationship = "many-to-many") |>
    filter(date_between > date, date_between < second) |>
    group_by(patient_id, date) |>
    summarise(
      is_broken = any(!response %in% between_allowed),
      n_ne = sum(response == "NE"),
      .groups = "drop"
    )
  seconds |>
    left_join(between, by = c("patient_id", "date")) |>
    filter(!coalesce(is_broken, FALSE), coalesce(n_ne, 0L) <= 1L) |>
    group_by(patient_id) |>
    summarise(date = min(date), .groups = "drop")
}

derive_best <- function(tables, timepoints) {
  until_pd <- timepoints |>
    group_by(patient_id) |>
    filter(lag(cumsum(response == "PD"), default = 0L) == 0L) |>
    ungroup() |>
    select(patient_id, date, response) |>
    left_join(tables$patients |> select(patient_id, start_date), by = "patient_id")
  calls <- until_pd |> select(patient_id, date, response)
  cr <- confirmed(calls |> filter(response == "CR"), calls, "CR", c("CR", "NE")) |>
    rename(cr_date = date)
  pr <- confirmed(calls |> filter(response == "PR"), calls, c("CR", "PR"), c("CR", "PR", "NE")) |>
    rename(pr_date = date)
  until_pd |>
    group_by(patient_id) |>
    summarise(
      any_cr = any(response == "CR"),
      any_pr = any(response == "PR"),
      stable = any(response %in% c("CR", "PR", "SD") & date >= start_date + 42),
      any_pd = any(response == "PD"),
      pd_date = if (any(response == "PD")) min(date[response == "PD"]) else as.IDate(NA),
      .groups = "drop"
    ) |>
    left_join(cr, by = "patient_id") |>
    left_join(pr, by = "patient_id") |>
    mutate(
      rest = case_when(stable ~ "SD", any_pd ~ "PD", TRUE ~ "NE"),
      bor = case_when(any_cr ~ "CR", any_pr ~ "PR", TRUE ~ rest),
      confirmed_bor = case_when(!is.na(cr_date) ~ "CR", !is.na(pr_date) ~ "PR", TRUE ~ rest)
    )
}

tables <- sapply(
  c("patients", "lesions", "visits", "measurements", "clinical"), read,
  simplify = FALSE
)
for (round in seq_len(rounds)) {
  began <- proc.time()[["elapsed"]]
  timepoints <- derive_timepoints(tables)
  best <- derive_best(tables, timepoints)
  cat(sprintf("round %.3f\n", proc.time()[["elapsed"]] - began))
}
cat(sprintf("versions R %s dplyr %s\n", getRversion(), packageVersion("dplyr")))
cat(sprintf("memory %.0f MiB\n", sum(gc()[, 6])))
fwrite(timepoints |> select(patient_id, visit_id, target, response), file.path(folder, "r_timepoints.csv"))
fwrite(best |> select(patient_id, bor, confirmed_bor, pd_date), file.path(folder, "r_best.csv"))
