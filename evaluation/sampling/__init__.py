"""Second station: the frame, the design, and the draw. Arithmetic only: no files, no clock, no global state."""

from evaluation.sampling.allocation import allocate
from evaluation.sampling.checks import frame_report
from evaluation.sampling.design import Design
from evaluation.sampling.draw import draw
from evaluation.sampling.frame import Frame
from evaluation.sampling.household import adult_weights, kish_adult, kish_tables
from evaluation.sampling.sample_size import sample_size
from evaluation.sampling.sequential import SequentialPlan, look, sequential_plan

__all__ = ["Design", "Frame", "SequentialPlan", "adult_weights", "allocate", "draw", "frame_report", "kish_adult",
           "kish_tables", "look", "sample_size", "sequential_plan"]
