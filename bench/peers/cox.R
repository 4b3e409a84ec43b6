# Seconds of R's coxph on rows that bench/cox.py wrote, and its coefficients, as JSON.
suppressMessages(library(survival))
given <- commandArgs(trailingOnly = TRUE)
n <- as.integer(given[2])
p <- as.integer(given[3])
strata_asked <- given[4] == "1"
cluster_asked <- given[5] == "1"
counting <- given[6] == "1"
columns <- matrix(readBin(given[1], "double", n * (5 + p), size = 8, endian = "little"), nrow = n)
rows <- data.frame(
  start = columns[, 1], time = columns[, 2], event = columns[, 3], site = columns[, 4], patient = columns[, 5]
)
covariates <- columns[, -(1:5)]
rm(columns)
right <- paste(c("covariates", if (strata_asked) "strata(site)"), collapse = " + ")
left <- if (counting) "Surv(start, time, event)" else "Surv(time, event)"
model <- as.formula(paste(left, "~", right))
fit_once <- function() {
  if (cluster_asked) {
    coxph(model, data = rows, cluster = patient, ties = "efron")
  } else {
    coxph(model, data = rows, ties = "efron")
  }
}
seconds <- c()
repeat {
  gc()
  taken <- system.time(fit <- fit_once())[["elapsed"]]
  seconds <- c(seconds, taken)
  if (taken > 10 || length(seconds) >= 5) break
}
number <- function(values) paste0("[", paste(sprintf("%.17g", values), collapse = ", "), "]")
cat(sprintf(
  '{"seconds": %s, "coef": %s, "se": %s, "loglik": %.17g, "versions": "R %s survival %s"}\n',
  number(seconds), number(coef(fit)), number(sqrt(diag(vcov(fit)))), fit$loglik[2],
  getRversion(), packageVersion("survival")
))
