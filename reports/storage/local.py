"""Evidence in a local folder: a file appears whole and safe on the disk, or not at all.

The bytes go into a file with a name of its own, which is flushed to the disk and then
*linked* to its final name: linking, unlike renaming, never replaces what is there.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.core.files.storage import FileSystemStorage
from django.db import connection

from reports.errors import StorageFull
from reports.storage import StoredOtherwise
from reports.storage.write_once import WriteOnce

# No room, quota reached, the disk fails, or was made read-only because it did.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}
FILE_MODE, FOLDER_MODE = 0o440, 0o700
PIECE = 256 * 1024  # bytes read or written at once
# Left free on a disk for everything else: bytes at most, and a share of the whole. The
# database writes alarms, so evidence that lies beside it stops earlier.
RESERVE, RESERVE_SHARE = 1024**3, 0.05
RESERVE_BESIDE, SHARE_BESIDE = 2 * 1024**3, 0.1
RESERVE_FILES = 10_000  # or the share of all, if that is less
BEGUN = ".begun"  # the end of a name whose file is not whole yet


class WriteOnceStorage(WriteOnce, FileSystemStorage):
    """A folder whose files are never replaced; see ``EvidenceStorage``."""

    def pieces(self, key: str, first: int, last: int) -> Iterator[bytes]:
        """Yield a range of bytes; see ``EvidenceStorage.pieces``."""
        with Path(self.path(key)).open("rb") as file:
            file.seek(first)
            left = last - first + 1
            while left > 0 and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    def percent_full(self) -> int | None:
        """Return how full the folder's disk is, by bytes or by files."""
        try:
            disk = os.statvfs(self.location)
        except FileNotFoundError:  # it is made with the first file
            return None
        free = disk.f_bavail / max(1, disk.f_blocks)
        if disk.f_files:  # some file systems do not count them
            free = min(free, disk.f_favail / disk.f_files)
        return round(100 * (1 - free))

    def old_keys(self, prefix: str, before: datetime) -> Iterator[str]:
        """Return keys stored before that time, half-written files included."""
        root = Path(self.path(prefix))
        for folder, _, names in os.walk(root):
            for name in sorted(names):
                path = Path(folder, name)
                if _is_older(path, before):
                    yield path.relative_to(self.location).as_posix()

    def delete_orphan(self, key: str, before: datetime) -> bool:
        """Remove bytes that no row speaks of, if they are still that old."""
        path = Path(self.path(key))
        if not _is_older(path, before):
            return False
        path.unlink(missing_ok=True)
        return True

    # --- Writing ---------------------------------------------------------------------

    def _put(self, key: str, source: BinaryIO | IO[Any]) -> bool:
        path = Path(self.path(key))  # refuses what leads out of the folder
        self._keep_reserve(source.seek(0, os.SEEK_END))
        source.seek(0)
        begun = path.with_name(f".{path.name}.{secrets.token_hex(8)}{BEGUN}")
        with _room():
            try:
                with self._begin(begun) as file:
                    while piece := source.read(PIECE):
                        file.write(piece)
                    file.flush()
                    os.fsync(file.fileno())
                try:
                    os.link(begun, path)
                    is_new = True
                except FileExistsError:
                    is_new = False
                    if not _is_same(begun, path):
                        raise StoredOtherwise(key) from None
                # Also for one that was there: whoever linked it may not be so far yet.
                _flush_folder(path.parent)
            finally:
                with suppress(OSError):
                    begun.unlink()
        return is_new

    def _keep_reserve(self, size: int) -> None:
        """Refuse what would leave too little for others, above all for alarms.

        Raises:
            StorageFull: it would.
        """
        folder = Path(self.location)
        while not folder.exists():  # it is made with the first file
            folder = folder.parent
        most, share = RESERVE, RESERVE_SHARE
        if _database_disk() == folder.stat().st_dev:
            most, share = RESERVE_BESIDE, SHARE_BESIDE
        disk = os.statvfs(folder)
        reserve = min(most, share * disk.f_blocks * disk.f_frsize)
        if disk.f_bavail * disk.f_frsize - size < reserve:
            raise StorageFull
        # Some file systems do not count files.
        if disk.f_files and disk.f_favail < min(RESERVE_FILES, share * disk.f_files):
            raise StorageFull

    def _begin(self, path: Path) -> IO[bytes]:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags, FILE_MODE)
        except FileNotFoundError:
            self._make_folder(path.parent)
            descriptor = os.open(path, flags, FILE_MODE)
        os.fchmod(descriptor, FILE_MODE)  # whatever the umask says
        return os.fdopen(descriptor, "wb")

    def _make_folder(self, folder: Path) -> None:
        """Make a folder and those above it; each is safe in the one above."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(FOLDER_MODE)
        _flush_folder(folder.parent)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise StorageFull from error
        raise


def _database_disk() -> int | None:
    """Return the disk that the database is on, if it is one of this machine's files."""
    if connection.vendor != "sqlite":
        return None
    try:
        return Path(connection.settings_dict["NAME"]).stat().st_dev
    except OSError:  # in memory
        return None


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < before
    except FileNotFoundError:
        return False


def _is_same(one: Path, other: Path) -> bool:
    with one.open("rb") as a, other.open("rb") as b:
        while True:
            piece = a.read(PIECE)
            if piece != b.read(PIECE):
                return False
            if not piece:
                return True
