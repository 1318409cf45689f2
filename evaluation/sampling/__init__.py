"""Second station: the frame, the design, and the draw. Arithmetic only: no files, no clock, no global state."""

from evaluation.sampling.draw import Design, Frame, draw

__all__ = ["Design", "Frame", "draw"]
