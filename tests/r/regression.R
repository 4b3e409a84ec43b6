# Logistic and Poisson models of base R on asked.csv: coefficients, standard errors, and those of clusters.
words <- commandArgs(trailingOnly = TRUE)
rows <- read.csv(words[1])
exact <- list(epsilon = 1e-14, maxit = 50)

clustered <- function(fit, weights, cluster) {
  scores <- weights * residuals(fit, type = "response") * model.matrix(fit)
  sums <- rowsum(scores, cluster)
  bread <- summary(fit)$cov.unscaled
  sqrt(diag(bread %*% crossprod(sums) %*% bread))
}

told <- function(name, fit, weights) {
  data.frame(
    model = name, term = seq_along(coef(fit)), coef = unname(coef(fit)),
    se = unname(sqrt(diag(summary(fit)$cov.unscaled))),
    robust = unname(clustered(fit, weights, rows$patient)), loglik = as.numeric(logLik(fit))
  )
}

ones <- rep(1, nrow(rows))
logistic <- glm(yes ~ age + arm + band, binomial, rows, control = exact)
poisson <- glm(count ~ age + arm + offset(log(years)), poisson, rows, control = exact)
weighted <- suppressWarnings(glm(yes ~ age + arm, binomial, rows, weights = weight, control = exact))
found <- rbind(
  told("logistic", logistic, ones), told("poisson", poisson, ones), told("weighted", weighted, rows$weight)
)
found[-1] <- lapply(found[-1], function(x) sprintf("%.15g", x))
write.csv(found, words[2], row.names = FALSE)
