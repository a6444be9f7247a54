"""The storage's contract, on both backends; and what only one of them can do."""

import errno
import hashlib
import os
import stat
import threading
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from django.core.exceptions import SuspiciousFileOperation, SuspiciousOperation
from django.core.files.base import ContentFile

from reports.clock import after, now
from reports.errors import Busy, StorageFull
from reports.storage import StoredOtherwise

DATA = b"\x1a\x45\xdf\xa3 a second of video" * 4000
OTHER = b"\x1a\x45\xdf\xa3 another second" * 4000
KEY = (
    f"clips/5d2a7f0e-6a3c-4a58-9b39-0c1f5a0d9c11/0/7-{hashlib.sha256(DATA).hexdigest()}"
)
ODD = [b"", b"\0", bytes(range(256)) * 4096]


def read(storage, key: str = KEY) -> bytes:
    with storage.open(key) as file:
        return bytes(file.read())


# --- The contract --------------------------------------------------------------------


def test_what_was_put_is_there(storage):
    assert not storage.exists(KEY)
    assert storage.put(KEY, DATA) is True
    assert storage.exists(KEY)
    assert storage.size(KEY) == len(DATA)
    assert read(storage) == DATA


@pytest.mark.parametrize("data", ODD, ids=["nothing", "a NUL", "1 MiB"])
def test_bytes_are_bytes(storage, data):
    storage.put(KEY, data)
    assert read(storage) == data


def test_the_same_again_is_the_same(storage):
    storage.put(KEY, DATA)
    assert storage.put(KEY, DATA) is False
    assert read(storage) == DATA


@pytest.mark.parametrize("other", [OTHER, DATA + b"!", DATA[:-1], b""])
def test_other_bytes_never_replace_what_is_there(storage, other):
    storage.put(KEY, DATA)
    with pytest.raises(StoredOtherwise):
        storage.put(KEY, other)
    with pytest.raises(StoredOtherwise):
        storage.save(KEY, ContentFile(other))
    assert read(storage) == DATA


def test_a_file_is_put_like_bytes(storage, tmp_path):
    path = tmp_path / "copy.webm"
    path.write_bytes(DATA)
    assert storage.put_file(KEY, path) is True
    assert storage.put_file(KEY, path) is False
    path.write_bytes(OTHER)
    with pytest.raises(StoredOtherwise):
        storage.put_file(KEY, path)
    assert read(storage) == DATA


def test_what_is_not_there_is_said_to_be_missing(storage):
    with pytest.raises(FileNotFoundError):
        read(storage)


def test_evidence_is_not_deleted(storage):
    storage.put(KEY, DATA)
    with pytest.raises(PermissionError):
        storage.delete(KEY)
    assert read(storage) == DATA


def test_of_many_writers_at_once_one_wins_and_the_others_know(storage):
    """Two processes with other bytes for one key: one is stored, whole."""
    outcomes: dict[int, Any] = {}
    together = threading.Barrier(8)

    def write(number: int) -> None:
        data = bytes([number % 2]) * 200_000
        together.wait()
        try:
            outcomes[number] = storage.put(KEY, data)
        except StoredOtherwise:
            outcomes[number] = "other"

    threads = [threading.Thread(target=write, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [winner] = [n for n, outcome in outcomes.items() if outcome is True]
    assert read(storage) == bytes([winner % 2]) * 200_000
    for number, outcome in outcomes.items():
        expected = False if number % 2 == winner % 2 else "other"
        assert number == winner or outcome == expected


@pytest.mark.parametrize("key", ["../outside", "clips/../../outside", "/etc/outside"])
def test_no_key_leads_out(storage, key):
    with pytest.raises((SuspiciousOperation, SuspiciousFileOperation)):
        storage.put(key, DATA)


def test_only_what_is_old_can_be_removed(storage):
    storage.put(KEY, DATA)
    assert list(storage.old_keys("clips", now() - timedelta(hours=1))) == []
    assert storage.delete_orphan(KEY, now() - timedelta(hours=1)) is False
    assert read(storage) == DATA

    assert list(storage.old_keys("clips", after(60))) == [KEY]
    assert list(storage.old_keys("views", after(60))) == []
    assert storage.delete_orphan(KEY, after(60)) is True
    assert not storage.exists(KEY)
    assert storage.delete_orphan(KEY, after(60)) is False


# --- The folder ----------------------------------------------------------------------


def files(root: str) -> list[Path]:
    return [path for path in Path(root).rglob("*") if path.is_file()]


def test_nobody_else_reads_and_nobody_writes(folder):
    former = os.umask(0)
    try:
        folder.put(KEY, DATA)
    finally:
        os.umask(former)
    path = Path(folder.path(KEY))
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    for parent in path.parents[: KEY.count("/")]:
        assert stat.S_IMODE(parent.stat().st_mode) == 0o700, parent
    assert path.stat().st_nlink == 1
    assert files(folder.location) == [path]


def test_bytes_are_on_the_disk_before_their_name_is(folder, monkeypatch):
    """The order that a power cut tests: bytes, name, folder."""
    acts: list[str] = []
    flush, link = os.fsync, os.link

    def flushed(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        acts.append("folder" if is_folder else "bytes")
        flush(descriptor)

    def linked(*names: Any) -> None:
        acts.append("name")
        link(*names)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "link", linked)
    folder.put(KEY, DATA)
    made = acts.index("bytes")
    assert (
        acts[:made] == ["folder"] * 4
    )  # evidence itself, clips, the clip, the segment
    assert acts[made:] == ["bytes", "name", "folder"]

    acts.clear()
    folder.put(KEY, DATA)  # whoever linked it may have died before the folder was safe
    assert acts == ["bytes", "name", "folder"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("step", ["fsync", "link", "open"])
def test_a_disk_that_is_full_or_fails_leaves_nothing_half(
    folder, monkeypatch, number, step
):
    folder.put(KEY.replace("/7-", "/6-"), DATA)  # the folders are there
    before = files(folder.location)

    def fails(*args: Any, **more: Any) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fails)
        with pytest.raises(StorageFull):
            folder.put(KEY, DATA)
    assert files(folder.location) == before
    assert folder.put(KEY, DATA) is True


def test_other_faults_of_the_disk_are_not_called_full(folder, monkeypatch):
    def fails(*args: Any) -> None:
        raise OSError(errno.EACCES, "not yours")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", fails)
        with pytest.raises(PermissionError):
            folder.put(KEY, DATA)
    assert files(folder.location) == []


def test_a_half_written_file_is_found_when_it_is_old(folder, monkeypatch):
    def dies(*args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", dies)
        patch.setattr(Path, "unlink", dies)
        with pytest.raises(KeyboardInterrupt):
            folder.put(KEY, DATA)
    [begun] = folder.old_keys("clips", after(60))
    assert begun.endswith(".begun")
    assert folder.delete_orphan(begun, after(60))
    assert files(folder.location) == []


def test_a_folder_knows_how_full_its_disk_is(folder, monkeypatch):
    assert folder.percent_full() is None  # it is made with the first file
    folder.put(KEY, DATA)
    assert 0 <= folder.percent_full() <= 100

    def disk(free: int, files: int, free_files: int):
        facts = SimpleNamespace(
            f_blocks=1000, f_bavail=free, f_files=files, f_favail=free_files
        )
        monkeypatch.setattr(os, "statvfs", lambda path: facts)
        return folder.percent_full()

    assert disk(150, 0, 0) == 85
    assert disk(900, 100, 100) == 10
    assert disk(900, 100, 5) == 95  # room for bytes, but not for one more file
    assert disk(0, 100, 100) == 100


# --- The bucket ----------------------------------------------------------------------


class Refusing:
    """A client of S3 whose every put ends in the same way."""

    def __init__(self, error: Exception) -> None:
        self.error, self.puts = error, 0

    def put_object(self, **put: Any) -> None:
        self.puts += 1
        assert put["IfNoneMatch"] == "*"
        assert "ACL" not in put  # buckets whose ACLs are off refuse any
        raise self.error


def client_error(status: int, code: str) -> ClientError:
    response: Any = {
        "Error": {"Code": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "PutObject")


@pytest.mark.parametrize(
    ("error", "expected", "puts"),
    [
        (client_error(507, "InsufficientStorage"), StorageFull, 1),
        (client_error(400, "QuotaExceeded"), StorageFull, 1),
        (client_error(503, "SlowDown"), Busy, 1),
        (client_error(500, "InternalError"), Busy, 1),
        (client_error(409, "ConditionalRequestConflict"), Busy, 3),
        (client_error(403, "AccessDenied"), PermissionError, 1),
        (EndpointConnectionError(endpoint_url="https://s3"), Busy, 1),
    ],
    ids=str,
)
def test_a_bucket_that_refuses_is_never_taken_for_one_that_stored(
    bucket, monkeypatch, error, expected, puts
):
    client = Refusing(error)
    monkeypatch.setattr(type(bucket), "_client", client)
    with pytest.raises(expected):
        bucket.put(KEY, DATA)
    assert client.puts == puts


def test_an_object_is_private_and_of_no_type(bucket):
    bucket.put(KEY, DATA)
    client = bucket.connection.meta.client
    grants = client.get_object_acl(Bucket=bucket.bucket_name, Key=KEY)["Grants"]
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL"]
    assert "URI" not in grants[0]["Grantee"]
    head = client.head_object(Bucket=bucket.bucket_name, Key=KEY)
    assert head["ContentType"] == "application/octet-stream"


def test_a_save_of_django_goes_the_same_way(storage):
    assert storage.save(KEY, ContentFile(DATA)) == KEY
    assert storage.save(KEY, BytesIO(DATA)) == KEY
    assert read(storage) == DATA
