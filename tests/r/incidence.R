# How cmprsk reads an endpoint with competing events: for each cause, on how many days its incidence rises.
#   Rscript tests/r/incidence.R IN OUT     (IN: time, event; OUT: event, days, last)
arguments <- commandArgs(trailingOnly = TRUE)
if (!requireNamespace("cmprsk", quietly = TRUE)) quit(status = 77)
asked <- read.csv(arguments[1])
fit <- cmprsk::cuminc(asked$time, asked$event, cencode = 0)
causes <- sub("^1 ", "", names(fit))
found <- data.frame(
  event = as.integer(causes),
  days = vapply(fit, function(one) sum(diff(one$est) > 0), 0L),
  last = vapply(fit, function(one) max(one$time[-1][diff(one$est) > 0]), 0)
)
write.csv(found, arguments[2], row.names = FALSE)
