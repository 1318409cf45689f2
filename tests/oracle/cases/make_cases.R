# Makes the data of these cases and what R survey answers: Rscript make_cases.R, in this folder.
# R 4.2.2, survey 4.1.1. Everything is drawn here from a seed; no row is a person.
suppressMessages(library(survey))
set.seed(20240517)
number <- function(x) sprintf("%.16g", x)
keep <- function(data, file) write.csv(data, file, row.names = FALSE, quote = FALSE, na = "")

# ---- data -------------------------------------------------------------------------------------------------------------------
people <- function(frame) {                       # items: y amount, x size, h has missing values, z yes or no, g and age groups
  n <- nrow(frame)
  frame$g <- sample(c("f", "m"), n, TRUE, c(.55, .45))
  frame$age <- sample(c("a", "b", "c"), n, TRUE, c(.3, .4, .3))
  frame$x <- round(20 + 8 * rnorm(n) + 3 * (frame$age == "c"), 1)
  frame$y <- round(50 + 1.5 * frame$x + 6 * rnorm(n) + 4 * frame$effect + 5 * (frame$g == "m"), 1)
  frame$h <- ifelse(runif(n) < .15, NA, round(frame$y / 3 + rnorm(n), 2))
  frame$z <- as.integer(runif(n) < plogis(-.3 + .6 * frame$effect))
  frame$effect <- NULL
  frame
}
# one stage of clusters; the number of a psu repeats from stratum to stratum, cluster does not
clusters <- expand.grid(psu = 1:6, stratum = c("A", "B", "C", "D"))
clusters <- clusters[!(clusters$stratum == "B" & clusters$psu > 4), ]
clusters$cluster <- seq_len(nrow(clusters))
clusters$effect <- rnorm(nrow(clusters))
clusters <- clusters[rep(seq_len(nrow(clusters)), sample(4:11, nrow(clusters), TRUE)), ]
clusters$Nh <- c(A = 20, B = 12, C = 40, D = 9)[as.character(clusters$stratum)]
clusters$fh <- round(c(A = 6, B = 4, C = 6, D = 6)[as.character(clusters$stratum)] / clusters$Nh, 15)
clusters$N <- 81
clusters <- people(clusters)
clusters$w <- round(c(A = 3, B = 4, C = 7, D = 2)[as.character(clusters$stratum)] * runif(nrow(clusters), .6, 1.7), 2)
clusters$w0 <- ifelse(clusters$cluster == 3 | runif(nrow(clusters)) < .1, 0, clusters$w)
keep(clusters, "clusters.csv")
# strata c and e have one psu; Nh would make e a certainty
lonely <- data.frame(stratum = rep(c("a", "b", "c", "d", "e"), c(3, 2, 1, 4, 1)))
lonely$psu <- seq_len(nrow(lonely))
lonely$effect <- rnorm(nrow(lonely))
lonely <- lonely[rep(seq_len(nrow(lonely)), sample(3:8, nrow(lonely), TRUE)), ]
lonely$Nh <- c(a = 9, b = 8, c = 5, d = 12, e = 1)[lonely$stratum]
lonely$w <- round(runif(nrow(lonely), 1, 6), 2)
lonely <- people(lonely)
keep(lonely, "lonely.csv")
# three stages; one psu has a single second unit: of one (N2), or of eight (N2more)
stages <- data.frame(stratum = rep(c("n", "s"), c(5, 4)), psu = c(1:5, 1:4), N1 = rep(c(15, 11), c(5, 4)))
stages$N2 <- sample(6:12, nrow(stages), TRUE)
stages$effect <- rnorm(nrow(stages))
second <- c(4, 3, 5, 3, 4, 3, 4, 1, 3)
stages <- stages[rep(seq_len(nrow(stages)), second), ]
stages$ssu <- unlist(lapply(second, seq_len))
stages$N2more <- stages$N2
stages$N2[stages$stratum == "s" & stages$psu == 3] <- 1
stages$N2more[stages$stratum == "s" & stages$psu == 3] <- 8
stages$N3 <- sample(5:9, nrow(stages), TRUE)
third <- sample(2:5, nrow(stages), TRUE)
drawn1 <- ifelse(stages$stratum == "n", 5, 4)
drawn2 <- rep(second, second)
stages$f1 <- round(drawn1 / stages$N1, 15)
stages$f2 <- round(drawn2 / stages$N2, 15)
stages$f3 <- round(third / stages$N3, 15)
stages$w <- round(stages$N1 / drawn1 * stages$N2 / drawn2 * stages$N3 / third, 6)
stages <- people(stages[rep(seq_len(nrow(stages)), third), ])
keep(stages, "stages.csv")
# eight strata of two psus, with balanced repeated replicates of them: whole weights, factors, and Fay's with rho = 0.3
pairs <- expand.grid(psu = 1:2, stratum = 1:8)
pairs$effect <- rnorm(nrow(pairs))
pairs <- pairs[rep(seq_len(nrow(pairs)), sample(3:7, nrow(pairs), TRUE)), ]
pairs$w <- round(runif(nrow(pairs), 10, 40), 1)
pairs <- people(pairs)
half <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = pairs, nest = TRUE)
brr <- weights(as.svrepdesign(half, type = "BRR"), "replication")
fay <- weights(as.svrepdesign(half, type = "Fay", fay.rho = .3), "replication")
columns <- function(matrix, name) setNames(as.data.frame(as.matrix(matrix)), paste0(name, seq_len(ncol(matrix))))
pairs <- cbind(pairs, columns(brr, "brr"), columns(fay, "fay"), columns(round(brr * pairs$w, 6), "whole"))
keep(pairs, "pairs.csv")

clusters <- read.csv("clusters.csv"); lonely <- read.csv("lonely.csv"); stages <- read.csv("stages.csv")
pairs <- read.csv("pairs.csv")                    # what is compared starts from the files, as the other side does
margins <- do.call(rbind, lapply(list(clusters = clusters, stages = stages, pairs = pairs), function(data) {
  w <- data$w
  change <- function(totals) round(totals * runif(length(totals), .92, 1.1))
  g <- change(tapply(w, data$g, sum)); total <- sum(g)
  age <- round(tapply(w, data$age, sum) / sum(w) * total * c(.95, 1, 1)); age["c"] <- total - age["a"] - age["b"]
  both <- round(outer(g, age) / total)
  rbind(data.frame(variable = "g", level = names(g), count = g), data.frame(variable = "age", level = names(age), count = age),
        data.frame(variable = "g.age", level = c(outer(names(g), names(age), paste, sep = ".")), count = c(both)),
        data.frame(variable = "x", level = "", count = round(sum(w * data$x) / sum(w) * total * 1.02)))
}))
margins <- cbind(data = sub("\\..*", "", rownames(margins)), margins)
keep(margins, "margins.csv")

# ---- steps of weighting -----------------------------------------------------------------------------------------------------
margin <- function(data, variable) margins[margins$data == data & margins$variable == variable, ]
frame_of <- function(data, variable) {
  found <- margin(data, variable)
  setNames(data.frame(found$level, found$count), c(variable, "Freq"))
}
post <- function(design, data) postStratify(design, ~g, frame_of(data, "g"))
post2 <- function(design, data) {
  found <- margin(data, "g.age")
  postStratify(design, ~g + age, data.frame(g = sub("\\..*", "", found$level), age = sub(".*\\.", "", found$level), Freq = found$count))
}
raked <- function(design, data) rake(design, list(~g, ~age), list(frame_of(data, "g"), frame_of(data, "age")),
                                     control = list(maxit = 1000, epsilon = 1e-10))
calibrated <- function(design, data, ...) {
  g <- margin(data, "g"); age <- margin(data, "age")
  totals <- c(`(Intercept)` = sum(g$count), gm = g$count[2], ageb = age$count[2], agec = age$count[3], x = margin(data, "x")$count)
  arguments <- if (inherits(design, "svyrep.design")) list(compress = FALSE) else NULL
  do.call(calibrate, c(list(design, ~g + age + x, totals, maxit = 500, epsilon = 1e-13, ...), arguments))
}

# ---- designs ----------------------------------------------------------------------------------------------------------------
one <- svydesign(id = ~cluster, weights = ~w, data = clusters)
one_fpc <- svydesign(id = ~cluster, weights = ~w, fpc = ~N, data = clusters)
nested <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = clusters)
nested_fpc <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, fpc = ~Nh, nest = TRUE, data = clusters)
two <- svydesign(id = ~psu + ssu, strata = ~stratum, fpc = ~N1 + N2, weights = ~w, nest = TRUE, data = stages)
R <- sum(startsWith(names(pairs), "brr"))
given <- function(name, scale, rscales = rep(1, R), ...)
  svrepdesign(data = pairs, weights = ~w, repweights = as.matrix(pairs[grep(paste0("^", name), names(pairs))]), type = "other",
              scale = scale, rscales = rscales, ...)
whole <- function(...) given("whole", 1 / R, combined.weights = TRUE, ...)
jkn <- function(design, ...) as.svrepdesign(design, type = "JKn", ...)
uneven <- 1 + (seq_len(R) %% 5 - 2) / 10
DESIGNS <- list(
  one = one, one_fpc = one_fpc, nested = nested, nested_fpc = nested_fpc,
  nested_fraction = svydesign(id = ~psu, strata = ~stratum, weights = ~w, fpc = ~fh, nest = TRUE, data = clusters),
  nested_from_fpc = svydesign(id = ~psu, strata = ~stratum, fpc = ~Nh, nest = TRUE, data = clusters),
  rows = svydesign(id = ~1, strata = ~stratum, weights = ~w, data = clusters),
  zero_weights = svydesign(id = ~psu, strata = ~stratum, weights = ~w0, nest = TRUE, data = clusters),
  one_post = post(one_fpc, "clusters"), nested_post = post(nested, "clusters"), nested_post2 = post2(nested_fpc, "clusters"),
  one_raked = raked(one_fpc, "clusters"), nested_raked = raked(nested, "clusters"), rows_raked = raked(svydesign(
    id = ~1, strata = ~stratum, weights = ~w, data = clusters), "clusters"),
  one_linear = calibrated(one, "clusters"), one_linear_fpc = calibrated(one_fpc, "clusters"),
  nested_linear = calibrated(nested_fpc, "clusters"),
  nested_bounded = calibrated(nested, "clusters", calfun = "linear", bounds = c(.7, 1.35)),
  one_raking = calibrated(one, "clusters", calfun = "raking"), nested_raking = calibrated(nested, "clusters", calfun = "raking"),
  one_logit = calibrated(one, "clusters", calfun = "logit", bounds = c(.6, 1.6)),
  nested_logit = calibrated(nested_fpc, "clusters", calfun = "logit", bounds = c(.6, 1.6)),
  post_then_linear = calibrated(post(nested, "clusters"), "clusters"),
  two = two, two_fraction = svydesign(id = ~psu + ssu, strata = ~stratum, fpc = ~f1 + f2, weights = ~w, nest = TRUE, data = stages),
  two_from_fpc = svydesign(id = ~psu + ssu, strata = ~stratum, fpc = ~N1 + N2, nest = TRUE, data = stages),
  two_linear = calibrated(two, "stages"), two_post = post(two, "stages"), two_raked = raked(two, "stages"),
  three = svydesign(id = ~psu + ssu + I(seq_len(nrow(stages))), strata = ~stratum, fpc = ~N1 + N2 + N3, weights = ~w, nest = TRUE,
                    data = stages),
  three_from_fpc = svydesign(id = ~psu + ssu + I(seq_len(nrow(stages))), strata = ~stratum, fpc = ~f1 + f2 + f3, nest = TRUE,
                             data = stages),
  first_stage_only = svydesign(id = ~psu + ssu, strata = ~stratum, weights = ~w, nest = TRUE, data = stages),
  jk1 = as.svrepdesign(one, type = "JK1"), jk1_fpc = as.svrepdesign(one_fpc, type = "JK1"),
  jk1_fpc_mse = as.svrepdesign(one_fpc, type = "JK1", mse = TRUE),
  jkn = jkn(nested), jkn_mse = jkn(nested, mse = TRUE), jkn_fpc = jkn(nested_fpc), jkn_fpc_mse = jkn(nested_fpc, mse = TRUE),
  jkn_post = post(jkn(nested_fpc), "clusters"), jkn_raked = raked(jkn(nested), "clusters"),
  jkn_linear = calibrated(jkn(nested_fpc), "clusters"), jkn_raking = calibrated(jkn(nested), "clusters", calfun = "raking"),
  brr = whole(), brr_mse = whole(mse = TRUE), brr_uneven = whole(rscales = uneven),
  brr_factors = given("brr", 1 / R, combined.weights = FALSE),
  fay = given("fay", 1 / (R * .7^2), combined.weights = FALSE),
  fay_mse = given("fay", 1 / (R * .7^2), combined.weights = FALSE, mse = TRUE),
  brr_post = post(whole(), "pairs"), fay_raked = raked(given("fay", 1 / (R * .7^2), combined.weights = FALSE), "pairs"),
  fay_linear = calibrated(given("fay", 1 / (R * .7^2), combined.weights = FALSE), "pairs")
)

# ---- what is asked ----------------------------------------------------------------------------------------------------------
told <- function(found, level, design = NULL, deff = NULL) {
  lines <- list(estimate = coef(found), se = SE(found), deff = deff, df = if (!is.null(design)) rep(degf(design), length(level)))
  do.call(rbind, lapply(names(lines), function(stat) if (!is.null(lines[[stat]]))
    data.frame(level = level, stat = stat, value = as.numeric(lines[[stat]]))))
}
each <- function(statistic, deff) function(d) do.call(rbind, lapply(c("y", "h", "z"), function(item) {
  found <- statistic(reformulate(item), d, na.rm = TRUE, deff = deff)
  told(found, item, d, if (identical(deff, FALSE)) NULL else survey::deff(found))
}))
svydomain <- function(d) subset(d, x > 21)
quantiles <- function(probs, ...) function(d) {
  found <- svyquantile(~y, d, probs, ...)
  cbind(level = rep(as.character(probs), 4), stat = rep(c("estimate", "ci_low", "ci_high", "se"), each = length(probs)),
        data.frame(value = c(coef(found), confint(found)[, 1], confint(found)[, 2], SE(found))))
}
two_way <- function(statistic) function(d) {
  found <- svyby(~y, ~g + age, d, statistic)
  told(found, paste(found$g, found$age, sep = "."))
}
interval <- function(method) function(d) {
  found <- svyciprop(~I(z == 1), d, method = method)
  data.frame(level = "z", stat = c("estimate", "ci_low", "ci_high"), value = c(coef(found), attr(found, "ci")))
}
CALLS <- list(
  mean = each(svymean, TRUE), mean_replace = each(svymean, "replace"), total = each(svytotal, TRUE),
  mean_plain = each(svymean, FALSE), total_plain = each(svytotal, FALSE),
  ratio = function(d) told(svyratio(~y, ~x, d), "y/x", d),
  ratio_deff = function(d) { found <- svyratio(~y, ~x, d, deff = TRUE); told(found, "y/x", d, survey::deff(found)) },
  ratio_missing = function(d) told(svyratio(~h, ~x, d, na.rm = TRUE), "h/x", d),
  by = function(d) { found <- svyby(~h, ~g, d, svymean, na.rm = TRUE); told(found, as.character(found$g), d) },
  by2 = two_way(svymean), by2_total = two_way(svytotal),
  by_ratio = function(d) { found <- svyby(~y, ~age, d, svyratio, denominator = ~x); told(found, as.character(found$age), d) },
  domain = function(d) told(svymean(~y, svydomain(d)), "y", svydomain(d)),
  domain_total = function(d) told(svytotal(~h, svydomain(d), na.rm = TRUE), "h", svydomain(d)),
  domain_ratio = function(d) told(svyratio(~y, ~x, svydomain(d)), "y/x", svydomain(d)),
  categories = function(d) told(svymean(~age, d), c("a", "b", "c"), d),
  xlogit = interval("xlogit"), beta = interval("beta"), wald = interval("mean"),
  weights = function(d) data.frame(level = c("sum", "squares"), stat = "value",
                                   value = c(sum(weights(d, "sampling")), sum(weights(d, "sampling")^2))),
  median = quantiles(.5, qrule = "math", interval.type = "mean"),
  quantile = quantiles(c(.1, .25, .5, .75, .9), qrule = "math", interval.type = "mean"),
  quantile_school = quantiles(c(.25, .5, .75), qrule = "school", interval.type = "mean"),
  quantile_hf7 = quantiles(c(.25, .5, .75), qrule = "hf7", interval.type = "mean"),
  quantile_beta = quantiles(c(.25, .5, .75), qrule = "math", interval.type = "beta"),
  quantile_xlogit = quantiles(c(.25, .5, .75), qrule = "math", interval.type = "xlogit")
)
ALL <- names(CALLS)
SHORT <- c("mean", "total", "ratio", "by2", "domain", "domain_total", "weights", "median")
FULL <- c("one_fpc", "nested", "nested_fpc", "nested_raked", "nested_linear", "one_raking", "zero_weights", "two", "three", "jkn_fpc",
          "jkn_linear", "brr", "fay_mse")
PLAIN <- c(mean = "mean_plain", total = "total_plain")  # R gives a design of replicates no deff against these variances
calls_of <- function(case, design) {
  calls <- if (case %in% FULL) setdiff(ALL, c(PLAIN, "median")) else SHORT
  if (inherits(design, "svyrep.design")) {
    calls <- setdiff(calls, c("mean_replace", "ratio_deff"))
    calls <- ifelse(calls %in% names(PLAIN), PLAIN[calls], calls)
  }
  calls
}
ask <- function(case, design, calls) do.call(rbind, lapply(calls, function(call) {
  found <- tryCatch(suppressWarnings(CALLS[[call]](design)), error = function(problem) {
    message(case, " ", call, ": ", conditionMessage(problem)); NULL })
  if (is.null(found)) NULL else cbind(case = case, call = call, found)
}))
answers <- do.call(rbind, lapply(names(DESIGNS), function(case) ask(case, DESIGNS[[case]], calls_of(case, DESIGNS[[case]]))))

# ---- strata with one psu ----------------------------------------------------------------------------------------------------
SOME <- c("mean_plain", "total_plain", "ratio", "by2", "by2_total", "domain", "domain_total", "domain_ratio", "median")
for (policy in c("remove", "certainty", "adjust", "average")) {
  options(survey.lonely.psu = policy)
  plain <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = lonely)
  fpc <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, fpc = ~Nh, data = lonely)
  cases <- list(plain = plain, fpc = fpc, linear = calibrate(plain, ~g + x, c(`(Intercept)` = 180, gm = 80, x = 3800)),
                second = svydesign(id = ~psu + ssu, strata = ~stratum, fpc = ~N1 + N2more, weights = ~w, nest = TRUE, data = stages),
                jkn = jkn(plain), jkn_fpc = jkn(fpc))
  answers <- rbind(answers, do.call(rbind, lapply(names(cases), function(case)
    ask(paste("lonely", policy, case, sep = "_"), cases[[case]], SOME))))
}
answers$value <- number(answers$value)
answers$value[answers$value %in% c("NA", "NaN", "Inf", "-Inf")] <- ""
keep(answers, "expected.csv")
