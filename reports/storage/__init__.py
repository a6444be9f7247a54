"""Where the bytes of evidence are kept: written once, under keys that never change.

    storage = evidence_storage()
    storage.put(chunk.key, data)      # safe when it returns; the row comes after it
    storage.open(chunk.key).read()

Two backends with one contract (``tests/evidence/test_storage.py``): a local folder and
an S3 bucket. Both are Django storages, named in ``STORAGES["evidence"]``.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol, cast

from django.core.files.storage import storages


class StoredOtherwise(FileExistsError):
    """Other bytes stand under this key; they were not touched.

    A chunk's key holds its hash, so the storage itself must have changed them.
    """


class EvidenceStorage(Protocol):
    """What actions may ask of the evidence storage."""

    def put(self, key: str, data: bytes) -> bool:
        """Store bytes; they are safe when this returns. True if they are new here.

        Raises:
            StoredOtherwise: other bytes stand there.
            StorageFull: there is no room, or the disk fails; nothing is left behind.
            Busy: the storage cannot be reached.
        """

    def put_file(self, key: str, path: Path) -> bool:
        """Store a file's bytes, as ``put`` does."""

    def open(self, name: str, mode: str = "rb") -> IO[bytes]:
        """Open what is stored, to be read.

        Raises:
            FileNotFoundError: nothing is stored under this key.
        """

    def pieces(self, key: str, first: int, last: int) -> Iterator[bytes]:
        """Yield the bytes from ``first`` to ``last``, both included, 256 KiB at once.

        Raises:
            FileNotFoundError: nothing is stored under this key.
        """

    def exists(self, name: str) -> bool:
        """Return whether something is stored under this key."""

    def size(self, name: str) -> int:
        """Return how many bytes are stored under this key."""

    def percent_full(self) -> int | None:
        """Return how full it is; None where that is somebody else's care."""

    def old_keys(self, prefix: str, before: datetime) -> Iterator[str]:
        """Return keys below ``prefix`` that were stored before, those of a folder
        together.
        """

    def delete_orphan(self, key: str, before: datetime) -> bool:
        """Remove bytes that no row speaks of, if they are still older than ``before``.

        Nothing else ever removes evidence.
        """


def evidence_storage() -> EvidenceStorage:
    """Return the storage that the settings name."""
    return cast(EvidenceStorage, cast(Any, storages["evidence"]))
