"""The local certificate authority and the certificate that it signs for this machine.

A camera works only on a secure page, so even a first try on a LAN needs HTTPS. The data
folder holds ``ca.pem`` (phones install it once), ``ca.key``, ``server.pem`` (the chain)
and ``server.key``. A ``server.pem`` that our authority did not sign is the operator's
own and is never touched.
"""

import contextlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

# iPhones refuse a leaf of more than 825 days, and public ones of more than 398.
LEAF_LIFETIME = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)
CLOCK_SLACK = timedelta(days=1)  # phones whose clock is behind must accept it too


class CertificateTrouble(Exception):
    """The certificate files cannot be used; the message says which and why."""


def ensure_certificate(folder: Path, hosts: Sequence[str]) -> bool:
    """Make or renew what is missing; return whether ``server.pem`` was written."""
    authority = _authority(folder)
    if (folder / "server.pem").exists():
        leaf = _certificate(folder / "server.pem")
        signer = _certificate(folder / "ca.pem")
        if leaf.issuer != signer.subject:
            return False  # the operator's own
        if _still_good(leaf, signer, set(hosts), folder / "server.key"):
            return False
    now = datetime.now(UTC)
    issued = authority.issue_cert(
        *hosts,
        organization_name="alarm110",
        organization_unit_name="This machine",
        not_before=now - CLOCK_SLACK,
        not_after=now - CLOCK_SLACK + LEAF_LIFETIME,
    )
    _write(folder / "server.key", issued.private_key_pem.bytes())
    chain = b"".join(part.bytes() for part in issued.cert_chain_pems)
    _write(folder / "server.pem", chain)
    return True


def _authority(folder: Path) -> trustme.CA:
    """Return our authority, made at the first start."""
    certificate, key = folder / "ca.pem", folder / "ca.key"
    if certificate.exists() and key.exists():
        try:
            return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
        except ValueError as error:
            raise CertificateTrouble(
                f"{certificate} or {key} is damaged; move both away and start again."
            ) from error
    authority = trustme.CA(
        path_length=0,
        organization_name="alarm110",
        organization_unit_name="Local certificate authority",
    )
    _write(key, authority.private_key_pem.bytes())
    _write(certificate, authority.cert_pem.bytes())
    return authority


def _still_good(
    leaf: x509.Certificate, signer: x509.Certificate, wanted: set[str], key_file: Path
) -> bool:
    if leaf.not_valid_after_utc - datetime.now(UTC) < RENEW_BEFORE:
        return False
    try:
        leaf.verify_directly_issued_by(signer)
    except (InvalidSignature, ValueError, TypeError):
        return False  # the authority was made anew since
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    held = {str(name.value) for name in names}
    return wanted <= held and _key_fits(leaf, key_file)


def _key_fits(leaf: x509.Certificate, key_file: Path) -> bool:
    """Return whether the key is the certificate's; a kill may part the two writes."""
    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except (OSError, ValueError):
        return False
    return key.public_key() == leaf.public_key()


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError as error:
        raise CertificateTrouble(
            f"{path} is damaged; move it away and start again."
        ) from error


def _write(path: Path, content: bytes) -> None:
    """Write the file whole or not at all, and for this user alone."""
    fresh = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # a power cut must not leave an empty certificate
    fresh.replace(path)
