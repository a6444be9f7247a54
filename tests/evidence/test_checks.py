"""Where evidence is kept: by default, by settings, and what is refused at a start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks

from alarm110.checks import TAG
from tests.evidence import stores

ROOT = Path(__file__).resolve().parents[2]
SHOW = "import json; from django.conf import settings; print(json.dumps(settings.STORAGES['evidence'], default=str))"  # noqa: E501


def problems() -> list[checks.CheckMessage]:
    found = checks.run_checks(tags=[TAG], include_deployment_checks=True)
    return [problem for problem in found if problem.id in SOUGHT]


SOUGHT = {"alarm110.E010", "alarm110.E011"}


def ids() -> list[str]:
    return [str(problem.id) for problem in problems()]


def said_by_settings(home: Path, **variables: str) -> dict:
    """Return what a fresh process makes of these variables."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ALARM110_")}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", SHOW],
        cwd=ROOT,
        env={**kept, "ALARM110_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict = json.loads(done.stdout.splitlines()[-1])
    return said


def test_a_clone_keeps_evidence_in_its_data_folder(tmp_path):
    said = said_by_settings(tmp_path)
    assert said["BACKEND"].endswith("WriteOnceStorage")
    assert said["OPTIONS"]["location"] == str(tmp_path / "evidence")
    assert (tmp_path / "evidence").stat().st_mode & 0o777 == 0o700


def test_a_folder_or_a_bucket_can_be_named(tmp_path):
    folder = tmp_path / "disk"
    said = said_by_settings(tmp_path, ALARM110_EVIDENCE_DIR=str(folder))
    assert said["OPTIONS"]["location"] == str(folder)

    secret = tmp_path / "secret"
    secret.write_text("from a file\n")
    said = said_by_settings(
        tmp_path,
        ALARM110_EVIDENCE_S3_BUCKET="city",
        ALARM110_EVIDENCE_S3_ENDPOINT="https://s3.example.org",
        ALARM110_EVIDENCE_S3_REGION="cn-north-1",
        ALARM110_EVIDENCE_S3_KEY_ID="key",
        ALARM110_EVIDENCE_S3_SECRET_FILE=str(secret),
        AWS_S3_FILE_OVERWRITE="1",
    )
    options = said["OPTIONS"]
    assert said["BACKEND"].endswith("WriteOnceS3Storage")
    assert options["bucket_name"] == "city"
    assert options["secret_key"] == "from a file"
    assert options["file_overwrite"] is False
    assert options["default_acl"] == "private"


def test_a_bucket_without_its_keys_does_not_start(tmp_path):
    with pytest.raises(AssertionError, match="ALARM110_EVIDENCE_S3_KEY_ID"):
        said_by_settings(tmp_path, ALARM110_EVIDENCE_S3_BUCKET="city")


def test_the_default_passes():
    assert ids() == []


def test_several_processes_must_share_what_they_keep(settings):
    settings.EMBEDDED, settings.WEB_PROCESSES = False, 2
    assert ids() == ["alarm110.E010"]
    settings.EVIDENCE_SHARED = True
    assert ids() == []
    settings.EVIDENCE_SHARED, settings.WEB_PROCESSES = False, 1
    assert ids() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, []),
        ({"file_overwrite": True}, ["overwrite"]),
        ({"default_acl": "public-read"}, ["open to others"]),
        ({"object_parameters": {"ACL": "public-read"}}, ["open to others"]),
        ({"custom_domain": "cdn.example.org"}, ["public addresses"]),
        ({"querystring_auth": False}, ["public addresses"]),
    ],
    ids=str,
)
def test_a_bucket_is_private_and_written_once(settings, options, words):
    settings.EMBEDDED, settings.WEB_PROCESSES = False, 2
    settings.EVIDENCE_BUCKET = stores.BUCKET
    setting = {**stores.S3, "OPTIONS": {**stores.S3["OPTIONS"], **options}}
    with stores.stored_in(setting):
        found = problems()
    assert [problem.id for problem in found] == ["alarm110.E011"] * len(words)
    for problem, word in zip(found, words, strict=True):
        assert word in problem.msg


def test_a_storage_of_another_sort_is_refused():
    other = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    with stores.stored_in(other):
        assert ids() == ["alarm110.E011"]


def test_the_old_name_of_the_setting_changes_nothing(settings, folder):
    settings.DEFAULT_FILE_STORAGE = "django.core.files.storage.InMemoryStorage"
    assert ids() == []
    assert folder.put("clips/x", b"x")
