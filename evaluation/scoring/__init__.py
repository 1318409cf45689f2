"""Fifth station: evidence of five methods made into one score with its standard error, and a decision."""

from evaluation.scoring.decision import Rule, decide, rule_of
from evaluation.scoring.score import score_round

__all__ = ["Rule", "decide", "rule_of", "score_round"]
