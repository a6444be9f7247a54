"""Evidence in an S3 bucket: a conditional put, so that the bucket itself refuses to
replace what is there.

``file_overwrite=False`` of django-storages only looks first and writes then: between
the two another process may have written.
"""

import errno
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import IO, Any, BinaryIO, cast

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import SuspiciousOperation
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from reports.errors import Busy, StorageFull
from reports.storage import StoredOtherwise
from reports.storage.write_once import WriteOnce

PIECE = 256 * 1024  # bytes compared at once
TRIES = 3  # while two conditional puts of the same key get in each other's way
NO_ROOM = {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage"}
# A bucket that does not answer must not hold up the threads that all phones share.
PATIENCE = {"connect_timeout": 3, "read_timeout": 10, "retries": {"max_attempts": 2}}


class WriteOnceS3Storage(WriteOnce, S3Storage):  # type: ignore[misc]
    """A private bucket whose objects are never replaced; see ``EvidenceStorage``."""

    def __init__(self, **options: Any) -> None:
        # Buckets at an address of one's own are seldom also host names.
        style = "path" if options.get("endpoint_url") else "auto"
        options.setdefault(
            "client_config",
            Config(
                s3={"addressing_style": style}, signature_version="s3v4", **PATIENCE
            ),
        )
        super().__init__(**options)

    def pieces(self, key: str, first: int, last: int) -> Iterator[bytes]:
        """Yield a range of bytes; see ``EvidenceStorage.pieces``.

        Not through ``open``, which fetches the whole object for its first byte.
        """
        try:
            found = self._client.get_object(
                Bucket=self.bucket_name,
                Key=self._name(key),
                Range=f"bytes={first}-{last}",
            )
        except ClientError as error:
            if _status(error) == 404:
                raise FileNotFoundError(key) from error
            raise _in_our_words(error) from error
        except BotoCoreError as error:
            raise Busy from error
        with closing(found["Body"]) as body:
            yield from body.iter_chunks(PIECE)

    def percent_full(self) -> int | None:
        """Return None: a bucket grows, or says itself when it may not."""
        return None

    def old_keys(self, prefix: str, before: datetime) -> Iterator[str]:
        """Return keys stored before that time; a bucket lists them in order."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket_name, Prefix=f"{self._name(prefix)}/"
        )
        skipped = len(self.location) + 1 if self.location else 0
        for page in pages:
            for found in page.get("Contents", ()):
                if found["LastModified"] < before:
                    yield found["Key"][skipped:]

    def delete_orphan(self, key: str, before: datetime) -> bool:
        """Remove bytes that no row speaks of, if they are still that old."""
        name = self._name(key)
        try:
            head = self._client.head_object(Bucket=self.bucket_name, Key=name)
        except ClientError as error:
            if _status(error) == 404:
                return False
            raise
        if head["LastModified"] >= before:
            return False
        self._client.delete_object(Bucket=self.bucket_name, Key=name)
        return True

    # --- Writing ---------------------------------------------------------------------

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _name(self, key: str) -> str:
        if clean_name(key) != key or key.startswith(("/", "../")):
            raise SuspiciousOperation(f"{key} is no key")  # another name of some key
        return cast(str, self._normalize_name(key))

    def _put(self, key: str, source: BinaryIO | IO[Any]) -> bool:
        # Without an ACL an object is private, and a bucket whose ACLs are off, as new
        # ones at AWS are, takes it; it refuses even "private".
        for _ in range(TRIES):
            source.seek(0)
            try:
                self._client.put_object(
                    Bucket=self.bucket_name,
                    Key=self._name(key),
                    Body=source,
                    IfNoneMatch="*",
                    ContentType="application/octet-stream",
                )
                return True
            except ClientError as error:
                if _status(error) == 412:  # something stands there
                    self._refuse_other_bytes(key, source)
                    return False
                if _status(error) != 409:  # another put of this key is under way
                    raise _in_our_words(error) from error
            except BotoCoreError as error:
                raise Busy from error
        raise Busy

    def _refuse_other_bytes(self, key: str, source: BinaryIO | IO[Any]) -> None:
        source.seek(0)
        with self.open(key) as stored:
            while piece := source.read(PIECE):
                if piece != stored.read(len(piece)):
                    raise StoredOtherwise(key)
            if stored.read(1):
                raise StoredOtherwise(key)


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])


def _in_our_words(error: ClientError) -> Exception:
    """Return what a phone is told: keep it, or come back; else a fault of the set-up.

    A bucket that refuses our key (403) must be seen in the log, and never looks stored.
    """
    if error.response["Error"]["Code"] in NO_ROOM or _status(error) == 507:
        return StorageFull()
    if _status(error) >= 500 or _status(error) == 429:
        return Busy()
    return OSError(errno.EACCES, f"the bucket refused: {error}")
