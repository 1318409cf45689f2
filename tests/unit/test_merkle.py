"""The Merkle tree of RFC 6962: by its recursive definition, by the vectors of Certificate Transparency, and under attack."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.signoff.merkle import leads_to, leaf_hash, proof_of, root_of, tree

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"]


def by_definition(leaves):
    """MTH of RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def test_the_vectors_of_certificate_transparency():
    leaves = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
    assert [root_of(tree(leaves[:count])).hex() for count in range(1, 9)] == ROOTS
    assert root_of(tree([])) == hashlib.sha256(b"").digest()


@given(st.integers(1, 40), st.data())
def test_every_leaf_leads_to_the_root_and_nothing_else_does(size, data):
    leaves = [leaf_hash(bytes([number])) for number in range(size)]
    levels = tree(leaves)
    root = root_of(levels)
    assert root == by_definition(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = proof_of(levels, index)
    assert leads_to(root, leaves[index], index, size, path)
    other = data.draw(st.integers(0, size - 1))
    assert leads_to(root, leaves[other], index, size, path) == (other == index)
    assert not leads_to(root, leaf_hash(b"x"), index, size, path)
    assert not leads_to(root, leaves[index], index, size, [*path, root])
    assert not leads_to(root, leaves[index], size, size, path)
    if path:
        assert not leads_to(root, leaves[index], index, size, path[:-1])
        assert not leads_to(root, leaves[index], index, size, [path[0][::-1], *path[1:]])


@pytest.mark.parametrize("index", [-1, 3])
def test_a_leaf_that_is_not_there_has_no_proof(index):
    with pytest.raises(IndexError):
        proof_of(tree([leaf_hash(b"a")] * 3), index)
