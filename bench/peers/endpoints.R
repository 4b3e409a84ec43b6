# The 18 time-to-event endpoints as a statistician would write them with dplyr, in the style of admiral: for each
# parameter filter the records, take each patient's first or last, join it to the subjects.
#
#   Rscript bench/peers/endpoints.R FOLDER CUT
#
# FOLDER holds facts.csv (bench/endpoints.py says what is not in it). Writes r_endpoints.csv there; prints the seconds
# with slice_min / slice_max and, for comparison, with arrange and distinct. Both must give the same.
suppressPackageStartupMessages({
  library(data.table)
  library(dplyr)
})

arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
cut_date <- as.Date(arguments[2])
setDTthreads(2)
every <- 56L
window <- 7L

field <- function(text, name) {
  found <- regmatches(text, regexec(paste0("(^|;)", name, "=([^;]*)"), text))
  vapply(found, function(one) if (length(one)) one[3] else "", "")
}
# Fields as columns, before the clock runs; distinct texts are few.
facts <- as_tibble(fread(file.path(folder, "facts.csv"), na.strings = NULL)) |> mutate(date = as.Date(date))
texts <- tibble(fields = unique(facts$fields))
for (name in c("cause", "kind", "modality", "intent", "new_line", "origin", "type", "adjudged", "certainty", "test", "score")) {
  texts[[name]] <- field(texts$fields, name)
}
facts <- facts |> left_join(texts, by = "fields") |> mutate(score = as.numeric(score))

use_distinct <- FALSE
earliest <- function(rows, by) {
  if (use_distinct) {
    return(rows |> arrange(date) |> distinct(across(all_of(by)), .keep_all = TRUE))
  }
  rows |> group_by(across(all_of(by))) |> slice_min(date, n = 1, with_ties = FALSE) |> ungroup()
}
latest <- function(rows, by) {
  if (use_distinct) {
    return(rows |> arrange(desc(date)) |> distinct(across(all_of(by)), .keep_all = TRUE))
  }
  rows |> group_by(across(all_of(by))) |> slice_max(date, n = 1, with_ties = FALSE) |> ungroup()
}

# Records of `rows` inside each subject's window; lesion records meet their own lesion only.
inside <- function(rows, subjects, by_lesion = FALSE, after = FALSE) {
  on <- if (by_lesion) c("patient_id", "lesion_id") else "patient_id"
  rows |>
    select(all_of(on), date) |>
    inner_join(subjects, by = on) |>
    filter(date >= start + as.integer(after), date <= until)
}

missed <- function(last_seen, event) {
  planned_until <- function(day) pmax(day, 0L) %/% every
  pmax(planned_until(event - window - 1L) - planned_until(last_seen + window), 0L)
}

# events and censors: lists of list(rows, evcode, by_lesion, scan); truncations: lists of list(rows, by_lesion, after).
derive_parameter <- function(name, subjects, events, censors, truncations = list(), missed_visits = FALSE,
                             earlier_of_censors = FALSE) {
  key <- c("patient_id", "lesion_id", "start")
  subjects <- subjects |> filter(start <= cut_date) |> mutate(until = cut_date)
  for (one in truncations) {
    found <- inside(one$rows, subjects |> mutate(until = cut_date), isTRUE(one$by_lesion), isTRUE(one$after)) |>
      earliest(key) |>
      select(all_of(key), stop = date)
    subjects <- subjects |>
      left_join(found, by = key) |>
      mutate(until = pmin(until, stop, na.rm = TRUE)) |>
      select(-stop)
  }
  winners <- lapply(seq_along(events), function(number) {
    one <- events[[number]]
    inside(one$rows, subjects, isTRUE(one$by_lesion)) |>
      earliest(key) |>
      mutate(order = number, evcode = one$evcode)
  }) |>
    bind_rows() |>
    arrange(order) |>
    earliest(key)
  if (missed_visits) {
    winners <- winners |> not_after_missed_visits(events, censors, subjects, key, earlier_of_censors)
  }
  seen <- lapply(seq_along(censors), function(number) {
    one <- censors[[number]]
    reached <- if (isTRUE(one$clip)) one$rows |> mutate(date = pmin(date, cut_date)) else one$rows
    inside(reached, subjects, isTRUE(one$by_lesion)) |>
      latest(key) |>
      mutate(order = number)
  })
  last <- if (earlier_of_censors) both_seen(seen, key) else seen |> bind_rows() |> latest(key)
  subjects |>
    left_join(winners |> select(all_of(key), evcode, event_date = date), by = key) |>
    left_join(last |> select(all_of(key), censor_date = date), by = key) |>
    mutate(
      endpoint = name,
      adt = coalesce(event_date, censor_date, start),
      evcode = coalesce(evcode, 0L)
    ) |>
    select(endpoint, all_of(key), evcode, adt)
}

both_seen <- function(seen, key) {
  seen |>
    bind_rows() |>
    group_by(across(all_of(key))) |>
    summarise(compartments = n(), date = min(date), .groups = "drop") |>
    filter(compartments == length(seen))
}

# An event after two assessments missed in a row becomes a censoring at the last adequate one before it.
not_after_missed_visits <- function(winners, events, censors, subjects, key, earlier_of_censors) {
  before <- winners |> transmute(across(all_of(key)), order, evcode, event_date = date, until = date - 1L)
  seen <- lapply(censors, function(one) inside(one$rows, before) |> latest(key))
  any_seen <- if (earlier_of_censors) both_seen(seen, key) else bind_rows(seen) |> latest(key)
  scans <- vapply(events, function(one) if (is.null(one$scan)) 0L else one$scan, 0L)
  checked <- before |> left_join(any_seen |> select(all_of(key), seen_date = date), by = key)
  for (number in seq_along(censors)) {
    own <- seen[[number]] |> select(all_of(key), own_date = date)
    checked <- checked |>
      left_join(own, by = key) |>
      mutate(seen_date = if_else(scans[order] == number, own_date, seen_date)) |>
      select(-own_date)
  }
  checked |>
    mutate(
      last_day = coalesce(as.integer(seen_date - start), 0L),
      is_missed = missed(last_day, as.integer(event_date - start)) >= 2L,
      date = if_else(is_missed, coalesce(seen_date, start), event_date),
      evcode = if_else(is_missed, 0L, evcode)
    )
}

by_word <- function(word) facts |> filter(fact == word)

# A fall of one standard deviation of the study's baselines, or more, from the patient's first score of that test.
declines <- function() {
  tests <- by_word("COGNITION") |>
    filter(date <= cut_date) |>
    mutate(sign = if_else(test == "TMT A", -1, 1))
  first <- tests |>
    earliest(c("patient_id", "test")) |>
    select(patient_id, test, base_date = date, base = score)
  spread <- first |>
    group_by(test) |>
    summarise(sd = sd(base))
  tests |>
    inner_join(first, by = c("patient_id", "test")) |>
    inner_join(spread, by = "test") |>
    filter(date > base_date, sign * (base - score) >= sd)
}

derive_all <- function() {
  death <- by_word("DEATH")
  dies <- list(rows = death, evcode = 1L)
  also <- list(rows = death, evcode = 2L)
  judged <- by_word("PD") |> filter(!kind %in% c("investigator", "steroid"))
  cns_pd <- judged |> filter(compartment == "CNS", criterion == "rano_bm")
  sys_pd <- judged |> filter(compartment == "SYS", criterion == "recist11")
  any_pd <- judged |> filter(compartment == "ANY", criterion == "recist11")
  scans <- by_word("ADEQUATE_SCAN")
  brain <- list(rows = scans |> filter(compartment == "CNS", criterion == "rano_bm"))
  body <- list(rows = scans |> filter(compartment == "SYS", criterion == "recist11"))
  whole <- list(rows = scans |> filter(compartment == "ANY", criterion == "recist11"))
  alive <- list(rows = by_word("LAST_ALIVE"), clip = TRUE)
  new_lesion <- by_word("NEW_LESION") |> filter(compartment == "CNS")
  metastasis <- new_lesion |> filter(type %in% c("parenchymal", "dural"))
  lining <- by_word("LMD")
  growth <- by_word("LOCAL_PD") |> filter(adjudged %in% c("tumour", "open"))
  therapy <- by_word("CNS_THERAPY")
  therapy_end <- by_word("CNS_THERAPY_END")
  assessed <- list(rows = by_word("LESION_ASSESSED"), by_lesion = TRUE)
  flagged <- function(flag) by_word(flag)$patient_id

  start_of <- function(rows) {
    rows |> earliest("patient_id") |> transmute(patient_id, lesion_id = "", start = date)
  }
  randomised <- start_of(by_word("RANDOMISATION"))
  treated <- start_of(by_word("TREATMENT_START"))
  subjects <- randomised |> bind_rows(treated |> anti_join(randomised, by = "patient_id"))
  or_later <- function(rows) {
    subjects |> bind_rows(start_of(rows) |> anti_join(subjects, by = "patient_id"))
  }
  courses <- function(ways) {
    therapy |>
      filter(modality %in% ways) |>
      distinct(patient_id, lesion_id, start = date)
  }

  withdrawn <- list(rows = by_word("WITHDRAWAL"))
  systemic <- list(rows = by_word("SYSTEMIC_THERAPY") |> filter(new_line == "yes"), after = TRUE)
  local <- list(rows = therapy |> filter(intent != "planned"), after = TRUE)
  fda <- list(systemic, local, withdrawn)
  retreated <- function(ways) {
    list(list(rows = therapy |> filter(modality %in% ways), by_lesion = TRUE, after = TRUE))
  }
  local_ways <- c("LITT", "SRS", "WBRT", "surgery")
  rays <- c("SRS", "WBRT")
  caused <- function(...) death |> filter(cause %in% c(...))
  neurologic <- caused("neurologic", "both")
  healthy <- subjects |> filter(patient_id %in% flagged("NO_CNS_DISEASE"))
  responders <- by_word("RESPONSE_CONFIRMED") |> filter(compartment == "CNS", criterion == "rano_bm")
  one <- function(rows, evcode = 1L, scan = NULL, by_lesion = FALSE) {
    list(rows = rows, evcode = evcode, scan = scan, by_lesion = by_lesion)
  }

  bind_rows(
    derive_parameter("OS", subjects, list(dies), list(alive)),
    derive_parameter("PFS", subjects, list(one(any_pd, scan = 1L), dies), list(whole), fda, TRUE),
    derive_parameter("CNSPFS", subjects, list(one(cns_pd, scan = 1L), dies), list(brain), fda, TRUE),
    derive_parameter("SYSPFS", subjects, list(one(sys_pd, scan = 1L), dies), list(body), list(systemic, withdrawn), TRUE),
    derive_parameter(
      "BIPFS", subjects, list(one(cns_pd, scan = 1L), one(sys_pd, scan = 2L), dies), list(brain, body), fda, TRUE, TRUE
    ),
    derive_parameter("CNSTTP", subjects, list(one(cns_pd, scan = 1L), also), list(brain), fda, TRUE),
    derive_parameter("CNSDOR", start_of(responders), list(one(cns_pd, scan = 1L), dies), list(brain), fda, TRUE),
    derive_parameter("BMFS", healthy, list(one(metastasis), one(lining), dies), list(brain)),
    derive_parameter("BRMINC", healthy, list(one(metastasis), one(lining), also), list(brain)),
    derive_parameter(
      "TNCNSE", or_later(therapy_end),
      list(one(new_lesion), one(growth), one(lining), one(therapy |> filter(intent == "salvage")), also), list(brain)
    ),
    derive_parameter("CNSLFS", start_of(therapy_end), list(one(new_lesion), one(lining), dies), list(brain)),
    derive_parameter("LOCFAIL", courses(local_ways), list(one(growth, by_lesion = TRUE), also), list(assessed), retreated(local_ways)),
    derive_parameter(
      "DISTBF", start_of(therapy), list(one(new_lesion |> filter(origin == "new", type == "parenchymal")), also), list(brain)
    ),
    derive_parameter(
      "RNINC", courses(rays),
      list(
        one(by_word("RN") |> filter(certainty %in% c("probable", "confirmed")), by_lesion = TRUE), also,
        one(therapy |> filter(modality == "surgery"), evcode = 3L, by_lesion = TRUE)
      ),
      list(assessed), retreated(rays)
    ),
    derive_parameter(
      "LMDINC", or_later(therapy) |> filter(!patient_id %in% flagged("LMD_AT_START")), list(one(lining), also), list(brain)
    ),
    derive_parameter(
      "NEURDTH", subjects,
      list(one(neurologic), one(caused("systemic"), 2L), one(caused("other"), 3L), one(caused("unknown"), 4L)), list(alive)
    ),
    derive_parameter(
      "SYSDTH", subjects,
      list(one(caused("systemic")), one(neurologic, 2L), one(caused("other"), 3L), one(caused("unknown"), 4L)), list(alive)
    ),
    derive_parameter("NCOGDET", subjects, list(one(declines()), also), list(list(rows = by_word("COGNITION"))))
  )
}

timed <- function(distinct_instead) {
  use_distinct <<- distinct_instead
  began <- proc.time()[["elapsed"]]
  made <- derive_all()
  cat(sprintf("%s %.3f\n", if (distinct_instead) "distinct" else "slice_min", proc.time()[["elapsed"]] - began))
  made |> arrange(endpoint, patient_id, lesion_id, start)
}
quicker <- timed(TRUE)
made <- timed(FALSE)
stopifnot(all.equal(as.data.frame(made), as.data.frame(quicker), check.attributes = FALSE))
cat(sprintf("versions R %s dplyr %s\n", getRversion(), packageVersion("dplyr")))
fwrite(made, file.path(folder, "r_endpoints.csv"))
