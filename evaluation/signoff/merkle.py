"""The Merkle tree over a publication's sheets: one root for all, and a short proof for each. Source: RFC 6962, 2.1."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

LEAF, NODE = b"\x00", b"\x01"


def leaf_hash(content: bytes) -> bytes:
    """Of one entry."""
    return hashlib.sha256(LEAF + content).digest()


def tree(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The levels of the tree from the leaves' hashes up to the root; the last of an odd level moves up as it is."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(below) - len(below) % 2:])
    return levels


def root_of(levels: Sequence[Sequence[bytes]]) -> bytes:
    """The root; of no leaves, the hash of nothing."""
    return levels[-1][0] if levels[0] else hashlib.sha256(b"").digest()


def proof_of(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The hashes that lead from a leaf to the root, from below. Raises IndexError for a leaf that is not there."""
    if not 0 <= index < len(levels[0]):
        raise IndexError(index)
    path = []
    for level in levels[:-1]:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        index //= 2
    return path


def leads_to(root: bytes, leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bool:
    """Whether a leaf's hash at `index` of a tree of `size` leaves leads to the root by the path."""
    if not 0 <= index < size:
        return False
    found, rest, last = leaf, list(path), size - 1
    while last > 0:
        if index % 2:
            if not rest:
                return False
            found = _node(rest.pop(0), found)
        elif index < last:
            if not rest:
                return False
            found = _node(found, rest.pop(0))
        index, last = index // 2, last // 2
    return found == root and not rest


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()
