"""Evidence as the canary gives it: one small clip, from the opening to the close."""

import base64
import hashlib
import secrets
from uuid import uuid4

from alarm110.canary.doors import Frame, Trouble, Web

CLIP_BYTES = 4096  # of noise; it claims to be a file, so nobody tries to show it


def keep_a_clip(web: Web, call: Frame) -> None:
    """Store one chunk and close its clip; blocking.

    Raises:
        Trouble: the server's own account of it is not what was sent.
    """
    body = secrets.token_bytes(CLIP_BYTES)
    sha256 = hashlib.sha256(body).digest()
    clip = f"/api/v1/incidents/{call['incident']}/clips/{uuid4()}"
    right = {"Alarm110-Evidence": call["evidence"]}
    facts = {"kind": "file", "mime": "application/octet-stream", "call": call["call"]}
    web.put_json(clip, facts, right)
    digest = f"sha-256=:{base64.b64encode(sha256).decode()}:"
    web.put_bytes(
        f"{clip}/segments/0/chunks/0", body, {**right, "Content-Digest": digest}
    )
    ending = {"segments": [{"segment": 0, "chunks": 1}], "reason": "finished"}
    closed = web.post_json(f"{clip}/close", ending, right)["clip"]
    if (closed["state"], closed["bytes"], closed["gaps"]) != ("closed", CLIP_BYTES, []):
        raise Trouble("the clip was not kept as it was sent")
