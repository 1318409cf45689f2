"""Third station: what came back. Dispositions of calls, answers of every method, and the round they make together."""

from evaluation.fieldwork.dispositions import Disposition, outcome_rates
from evaluation.fieldwork.opening import Round, open_round

__all__ = ["Disposition", "Round", "open_round", "outcome_rates"]
