"""Fourth station: from answers to estimates with standard errors."""

from evaluation.estimation.reliability import cronbach_alpha

__all__ = ["cronbach_alpha"]
