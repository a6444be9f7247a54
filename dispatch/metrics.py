"""Figures of the line, the seats and the sockets."""

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

# --- Alarms --------------------------------------------------------------------------

taps = Counter(
    "alarm110_taps",
    "Taps: new, merged into a live call, known already, or busy (told to try again).",
    ["outcome"],
)
offers = Counter(
    "alarm110_offers",
    "Offers of a call, invitations and transfers, by what became of them.",
    ["kind", "outcome"],
)
answer_seconds = Histogram(
    "alarm110_answer_seconds",
    "Time from the tap to the connection with a seat, of calls that got that far.",
    buckets=(1, 2, 5, 10, 15, 20, 30, 60, 120, 300),
)
faulty_polygons = Gauge(
    "alarm110_faulty_polygons",
    "Areas whose polygon cannot be read: their alarms find their way without it.",
)
swept = Counter(
    "alarm110_swept",
    "What the sweeper moved on because its deadline had passed.",
    ["what"],
)
leases_extended = Counter(
    "alarm110_leases_extended",
    "Places given 10 s more because this process, or the database, had been away.",
)

# --- Sockets -------------------------------------------------------------------------

sockets = Gauge(
    "alarm110_sockets",
    "Open sockets, and inboxes of phones whose sockets fail.",
    ["door"],
)
closes = Counter(
    "alarm110_socket_closes",
    "Sockets that the server closed, by close code.",
    ["door", "code"],
)
frames_in = Counter(
    "alarm110_frames_in", "Frames received and understood.", ["door", "type"]
)
frames_out = Counter("alarm110_frames_out", "Frames sent.", ["door"])
bytes_out = Counter(
    "alarm110_socket_sent_bytes", "Characters of the frames sent.", ["door"]
)

# --- Live media ----------------------------------------------------------------------

media_refusals = Counter(
    "alarm110_media_refusals",
    "Legs that were not admitted, by the code their page was told.",
    ["code"],
)


@lru_cache(maxsize=512)  # doors times the frames that are declared: some two hundred
def heard(door: str, kind: str) -> Counter:
    """Return what counts frames of a kind at a door."""
    return frames_in.labels(door, kind)


@lru_cache(maxsize=8)
def _out(door: str) -> tuple[Counter, Counter]:
    return frames_out.labels(door), bytes_out.labels(door)


def said(door: str, size: int) -> None:
    """Count a frame that is sent."""
    frames, characters = _out(door)
    frames.inc()
    characters.inc(size)
