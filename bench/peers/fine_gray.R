# Seconds of cmprsk::crr or of survival's finegray and coxph on rows that bench/fine_gray.py wrote, as JSON.
suppressMessages(library(survival))
given <- commandArgs(trailingOnly = TRUE)
n <- as.integer(given[2])
p <- as.integer(given[3])
peer <- given[4]
columns <- matrix(readBin(given[1], "double", n * (2 + p), size = 8, endian = "little"), nrow = n)
time <- columns[, 1]
status <- columns[, 2]
covariates <- columns[, -(1:2)]
names <- paste0("x", seq_len(p))
colnames(covariates) <- names
rm(columns)
fit_once <- function() {
  if (peer == "cmprsk") {
    fit <- cmprsk::crr(time, status, covariates, failcode = 1, cencode = 0)
    return(list(coef = fit$coef, se = sqrt(diag(fit$var))))
  }
  rows <- data.frame(time, status = factor(status, 0:2), id = seq_len(n), covariates)
  long <- finegray(Surv(time, status) ~ ., data = rows, id = id, etype = "1")
  model <- as.formula(paste("Surv(fgstart, fgstop, fgstatus) ~", paste(names, collapse = " + ")))
  fit <- coxph(model, data = long, weights = fgwt, cluster = id, ties = "breslow")
  list(coef = coef(fit), se = sqrt(diag(vcov(fit))))
}
seconds <- c()
repeat {
  gc()
  taken <- system.time(fit <- fit_once())[["elapsed"]]
  seconds <- c(seconds, taken)
  if (taken > 5 || length(seconds) >= 3) break
}
status_file <- readLines("/proc/self/status")
peak <- as.numeric(gsub("[^0-9]", "", grep("^VmHWM", status_file, value = TRUE))) / 1024
number <- function(values) paste0("[", paste(sprintf("%.17g", values), collapse = ", "), "]")
cat(sprintf(
  '{"seconds": %s, "coef": %s, "se": %s, "peak": %.1f, "versions": "R %s survival %s cmprsk %s"}\n',
  number(seconds), number(fit$coef), number(fit$se), peak,
  getRversion(), packageVersion("survival"), packageVersion("cmprsk")
))
