# Clopper-Pearson limits by binom.test: reads x,n,level lines, writes x,n,level,rate,lower,upper.
#   Rscript tests/r/binomial.R IN OUT
arguments <- commandArgs(trailingOnly = TRUE)
asked <- read.csv(arguments[1])
limits <- mapply(
  function(x, n, level) {
    found <- binom.test(x, n, conf.level = level)
    c(unname(found$estimate), found$conf.int)
  },
  asked$x, asked$n, asked$level
)
asked[c("rate", "lower", "upper")] <- t(limits)
write.csv(format(asked, digits = 15), arguments[2], row.names = FALSE, quote = FALSE)
