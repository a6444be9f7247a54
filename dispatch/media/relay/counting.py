"""What the relay counts of itself, told over its socket to whoever serves /metrics.

Only the relay's own process imports this: elsewhere all of it would stand at zero.
"""

from prometheus_client import REGISTRY, Counter, Gauge, generate_latest

streams = Gauge("alarm110_relay_streams", "Pictures that come in at this moment.")
most_streams = Gauge("alarm110_relay_most_streams", "How many of them it may take.")
legs = Gauge("alarm110_relay_legs", "Connections with browsers at this moment.")
calls = Gauge("alarm110_relay_calls", "Calls with live media at this moment.")
offers = Counter(
    "alarm110_relay_offers",
    "Legs asked for: admitted, repeated, or the code of the refusal (media_full …).",
    ["outcome"],
)
events = Counter(
    "alarm110_relay_leg_events",
    "Legs that came up, were lost, or were closed.",
    ["state"],
)
packets = Counter("alarm110_relay_packets", "Packets received from browsers.")
packets_lost = Counter(
    "alarm110_relay_packets_lost",
    "Packets that browsers sent and that did not come, before any is asked for again.",
)
frames = Counter(
    "alarm110_relay_frames", "Whole frames received from browsers.", ["kind"]
)
recordings_stopped = Counter(
    "alarm110_relay_recordings_stopped",
    "Recordings that ended before their leg did: disk full, too slow, or an error.",
    ["why"],
)


def text() -> str:
    """Return everything in the text format of Prometheus."""
    return generate_latest(REGISTRY).decode()
