"""What both backends share: bytes go in once, under the very key that was given."""

from abc import ABC, abstractmethod
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO


class WriteOnce(ABC):
    """Django's own names, and the contract's, all led to one way of writing."""

    def put(self, key: str, data: bytes) -> bool:
        """Store bytes; see ``EvidenceStorage.put``."""
        return self._put(key, BytesIO(data))

    def put_file(self, key: str, path: Path) -> bool:
        """Store a file's bytes; see ``EvidenceStorage.put``."""
        with path.open("rb") as source:
            return self._put(key, source)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name as it is: a key never gets a suffix."""
        return name

    def delete(self, name: str) -> None:
        """Refuse."""
        raise PermissionError("evidence is not removed")

    def _save(self, name: str, content: IO[Any]) -> str:
        content.seek(0)
        self._put(name, content)
        return name

    @abstractmethod
    def _put(self, key: str, source: BinaryIO | IO[Any]) -> bool:
        """Store what the source holds; True if it is new here."""
