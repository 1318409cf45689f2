"""Permanent random numbers: a number for each unit that hangs on the seed and the unit's id alone.

The id is hashed once, when the frame is made; a seed mixes the hash anew. The order of the frame, its other units and the
machine do not matter. Source: permanent random numbers, Ohlsson (1995); the mixing is SplitMix64's, Steele et al. (2014).
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]


def id_hashes(unit: pd.Series) -> Keys:
    """64-bit hashes of unit ids as text (n,)."""
    return np.asarray(pd.util.hash_array(unit.astype(str).to_numpy(dtype=object), categorize=False), dtype=np.uint64)


def seed_number(seed: int, *salt: object) -> np.uint64:
    """A 64-bit number of a seed and of what it is for."""
    text = ":".join(map(str, (seed, *salt)))
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))


def unit_keys(hashes: Keys, seed: int, *salt: object) -> Keys:
    """A 64-bit random number of each unit (n,) for a seed, and for each `salt` another."""
    mixed = hashes ^ seed_number(seed, *salt)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def uniform(keys: Keys) -> Floats:
    """Keys as numbers in (0, 1), never 0 or 1."""
    return ((keys >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52
