"""Answers that other programs collected, brought into a round: again as often as one likes, each form once."""
