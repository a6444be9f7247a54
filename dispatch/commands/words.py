"""What a field of a frame may hold: sizes, texts, numbers, and the known words."""

from typing import Annotated, Literal

from msgspec import Meta

MAX_FRAME_BYTES = 64 * 1024
MAX_STILL_BYTES = 40 * 1024  # of JPEG, before base64

# No NUL, and no other control character but tab and line ends: each is six characters
# once escaped, and two hundred such messages made a snapshot no line could carry.
PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"

# No control character at all; \Z, as $ lets a last line end through, and with it a line
# of SDP that its sender never had.
LINE = r"^[^\x00-\x1f\x7f]*\Z"
# Lines of printable ASCII: what RFC 8866 allows, less what nobody sends.
SDP = r"^v=0\r?\n[\x20-\x7e\r\n]*$"

Sdp = Annotated[str, Meta(max_length=16 * 1024, pattern=SDP)]
Text = Annotated[
    str,
    Meta(min_length=1, max_length=2000, pattern=PLAIN, description="plain text"),
]
Note = Annotated[str, Meta(max_length=4000, pattern=PLAIN, description="plain text")]
Word = Annotated[str, Meta(max_length=80, pattern=PLAIN, description="plain text")]
Language = Annotated[str, Meta(max_length=10, pattern=r"^[A-Za-z0-9-]*$")]
Cursor = Annotated[int, Meta(ge=0, lt=2**53)]
Count = Annotated[int, Meta(ge=0, lt=2**31)]
Latitude = Annotated[
    int, Meta(ge=-(90 * 10**7), le=90 * 10**7, description="1e-7 degrees")
]
Longitude = Annotated[
    int, Meta(ge=-(180 * 10**7), le=180 * 10**7, description="1e-7 degrees")
]
Accuracy = Annotated[
    int, Meta(ge=0, le=10**9, description="mm, radius of 95 % confidence")
]
Base64Jpeg = Annotated[
    str,
    Meta(max_length=4 * -(-MAX_STILL_BYTES // 3), pattern=r"^[A-Za-z0-9+/]+={0,2}$"),
]
Reason = Annotated[str, Meta(max_length=200, pattern=PLAIN, description="plain text")]
GivenReason = Annotated[
    str, Meta(min_length=1, max_length=200, pattern=PLAIN, description="plain text")
]

# How much of the other side can be had now, from the best to the least.
Rung = Literal["video", "stills", "voice", "text"]
# Why it is not more.
RungReason = Literal[
    "",
    "connecting",
    "switched_off",
    "camera_refused",
    "camera_none",
    "microphone_refused",
    "microphone_none",
    "no_answer",
    "insecure",
    "no_webrtc",
    "no_path",
    "media_full",
    "media_away",
    "interrupted",
]

Device = Literal["on", "off", "refused", "none", "asking"]
# What the phone's own recorder does: ``kept`` only after the first acknowledged chunk,
# ``held`` while what it records waits on the phone.
Recording = Literal["off", "starting", "kept", "held", "full", "failed"]
