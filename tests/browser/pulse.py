"""Whether a page's live picture moves: frames decoded, as its browser counts them.

A page that stands still shows its last frame for ever, so no look at the screen tells a
picture that moves from one that does not; the decoder's count does.
"""

import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.browser.stage import Stage

DEAF = 5.0  # seconds without a reading: then nothing can be said

# Counts the connections a page makes, and every 50 ms the frames they have decoded.
LISTEN = """
window.pulse = { legs: 0, beats: [] };
{
  const peers = new Map();
  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...words) {
      super(...words);
      window.pulse.legs += 1;
      peers.set(this, 0);
    }
  };
  const count = async () => {
    for (const peer of peers.keys()) {
      if (peer.connectionState === "closed") continue;
      const report = await peer.getStats().catch(() => new Map()); // closed meanwhile
      for (const entry of report.values()) {
        if (entry.type !== "inbound-rtp" || entry.kind !== "video") continue;
        peers.set(peer, Math.max(peers.get(peer), entry.framesDecoded ?? 0));
      }
    }
    let frames = 0;
    for (const decoded of peers.values()) frames += decoded;
    const { beats } = window.pulse;
    if (frames > (beats.at(-1)?.frames ?? 0)) beats.push({ frames, first: Date.now() });
    if (beats.length) beats.at(-1).last = Date.now();
    setTimeout(count, 50);
  };
  count();
}
"""


@dataclass(frozen=True)
class Beat:
    """A count of frames, and when it was read first and last (seconds, wall clock)."""

    first: float
    last: float


@dataclass(frozen=True)
class Gap:
    """The longest time without a new frame.

    ``seconds`` is from one new count to the next, ``stood`` how long the same count was
    read meanwhile: a page too busy to read at all has not shown that its picture stood.
    """

    seconds: float
    stood: float
    ended_at: float


class PulseStage(Stage):
    """A stage whose pages all tell their pulse."""

    def context(self, *words: Any, **options: Any) -> BrowserContext:
        """Open a window that is watched, and counts."""
        context = super().context(*words, **options)
        context.add_init_script(LISTEN)
        return context


def legs(page: Page) -> int:
    """Return how many connections the page has made since it was loaded."""
    return int(page.evaluate("window.pulse.legs"))


def beats(page: Page) -> list[Beat]:
    """Return every count so far; fails if the page has stopped counting."""
    rows: list[dict[str, float]] = page.evaluate("window.pulse.beats")
    found = [Beat(row["first"] / 1000, row["last"] / 1000) for row in rows]
    if found:
        assert time.time() - found[-1].last < DEAF, "the page no longer counts"
    return found


def is_moving(page: Page, since: float = 0.0) -> bool:
    """Return whether frames came in the last half second, and a second of them."""
    now = time.time()
    new = [beat.first for beat in beats(page) if beat.first > max(since, now - 1.5)]
    return bool(new) and now - new[-1] < 0.5 and new[-1] - new[0] > 0.8


def longest_gap(page: Page, since: float) -> Gap:
    """Return the longest time without a new frame since then, up to now."""
    counted = [beat for beat in beats(page) if beat.last > since]
    assert counted, "no frame was ever decoded"
    ends = [*(beat.first for beat in counted[1:]), time.time()]
    gaps = []
    for beat, end in zip(counted, ends, strict=True):
        begin = max(since, beat.first)
        gaps.append(Gap(end - begin, beat.last - begin, end))
    return max(gaps, key=lambda gap: gap.stood)
