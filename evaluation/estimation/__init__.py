"""Fourth station: from answers to estimates with standard errors."""

from evaluation.estimation.calibrate import calibrate
from evaluation.estimation.design import SurveyDesign
from evaluation.estimation.estimates import mean, ratio, total
from evaluation.estimation.nonresponse import nonresponse, trim
from evaluation.estimation.proportions import categories, proportion
from evaluation.estimation.quantiles import quantile
from evaluation.estimation.raking import poststratify, rake
from evaluation.estimation.reliability import cronbach_alpha, item_total, reliability
from evaluation.estimation.replicates import replicate

__all__ = ["SurveyDesign", "calibrate", "categories", "cronbach_alpha", "item_total", "mean", "nonresponse", "poststratify",
           "proportion", "quantile", "rake", "ratio", "reliability", "replicate", "total", "trim"]
