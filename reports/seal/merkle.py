"""The Merkle tree over a segment's chunks (EVIDENCE: number 3), as RFC 6962 builds it.

A leaf is SHA-256(0x00 ‖ index as 4 bytes ‖ SHA-256 of the chunk), a node is
SHA-256(0x01 ‖ left ‖ right). So the root follows from the hashes alone, and a single
chunk can be proven without the others.
"""

import hashlib
from collections.abc import Sequence


def leaf(index: int, sha256: str) -> bytes:
    """Return the leaf of one chunk: its place and its hash (hex)."""
    return hashlib.sha256(
        b"\x00" + index.to_bytes(4, "big") + bytes.fromhex(sha256)
    ).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves in their order; of none, SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(root(leaves[:split]), root(leaves[split:]))


def proof(leaves: Sequence[bytes], position: int) -> list[bytes]:
    """Return the neighbours that lead from one leaf to the root, lowest first."""
    if len(leaves) <= 1:
        return []
    split = _split(len(leaves))
    if position < split:
        return [*proof(leaves[:split], position), root(leaves[split:])]
    return [*proof(leaves[split:], position - split), root(leaves[:split])]


def root_by_proof(
    one: bytes, position: int, count: int, neighbours: Sequence[bytes]
) -> bytes:
    """Return the root that a leaf and its proof lead to.

    Raises:
        ValueError: the proof has another length than a tree of ``count`` asks for.
    """
    if count <= 1:
        if neighbours or position:
            raise ValueError("the proof is too long")
        return one
    if not neighbours:
        raise ValueError("the proof is too short")
    split, last = _split(count), neighbours[-1]
    if position < split:
        return _node(root_by_proof(one, position, split, neighbours[:-1]), last)
    inner = root_by_proof(one, position - split, count - split, neighbours[:-1])
    return _node(last, inner)


def _split(count: int) -> int:
    """Return the largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
