"""An evidence storage of a test's own: a local folder, or a bucket in this process."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from django.conf import settings
from django.test import override_settings
from moto import mock_aws

from reports.storage import EvidenceStorage, evidence_storage

BUCKET = "evidence"
S3: dict[str, Any] = {
    "BACKEND": "reports.storage.s3.WriteOnceS3Storage",
    "OPTIONS": {
        "bucket_name": BUCKET,
        "region_name": "us-east-1",
        "access_key": "a key of nobody",
        "secret_key": "a secret of nobody",
        "file_overwrite": False,
        "default_acl": "private",
    },
}


def local(folder: Path) -> dict[str, Any]:
    """Return the settings of a storage in a folder."""
    return {
        "BACKEND": "reports.storage.local.WriteOnceStorage",
        "OPTIONS": {"location": folder, "base_url": None},
    }


@contextlib.contextmanager
def stored_in(setting: dict[str, Any]) -> Iterator[EvidenceStorage]:
    """Keep evidence there while the block lasts."""
    with override_settings(STORAGES={**settings.STORAGES, "evidence": setting}):
        yield evidence_storage()


@contextlib.contextmanager
def bucket() -> Iterator[EvidenceStorage]:
    """Keep evidence in a bucket that exists in this process only."""
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
        with stored_in(S3) as storage:
            yield storage
