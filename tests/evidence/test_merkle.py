"""The Merkle tree, against RFC 6962's own numbers and a second way to build it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.seal import merkle

# Test vectors of the certificate-transparency log: raw leaves, roots of the first n.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657",
          "606162636465666768696a6b6c6d6e6f"]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def raw_leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def test_the_tree_is_that_of_rfc_6962():
    leaves = [raw_leaf(bytes.fromhex(text)) for text in INPUTS]
    assert [merkle.root(leaves[:n]).hex() for n in range(1, 9)] == ROOTS
    assert merkle.root([]).hex() == hashlib.sha256(b"").hexdigest()


def test_a_leaf_says_where_its_chunk_stands():
    sha256 = hashlib.sha256(b"chunk").hexdigest()
    leaf = merkle.leaf(258, sha256)
    assert leaf == hashlib.sha256(b"\0\0\0\1\2" + bytes.fromhex(sha256)).digest()
    assert leaf != merkle.leaf(259, sha256)


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_a_chunk_is_proven_alone_and_nothing_else_is(contents, data):
    leaves = [raw_leaf(content) for content in contents]
    place = data.draw(st.integers(0, len(leaves) - 1))
    neighbours = merkle.proof(leaves, place)
    count, root = len(leaves), merkle.root(leaves)
    assert merkle.root_by_proof(leaves[place], place, count, neighbours) == root
    assert merkle.root_by_proof(raw_leaf(b"other"), place, count, neighbours) != root
    if neighbours:
        with pytest.raises(ValueError, match="too short"):
            merkle.root_by_proof(leaves[place], place, count, neighbours[1:])
    with pytest.raises(ValueError, match="too long"):
        merkle.root_by_proof(leaves[place], place, count, [*neighbours, root])
