"""From the tap to the first frame at the seat, beside two connections in one page.

The floor is what the browser alone needs on this machine, in the same round: open the
camera, connect two ``RTCPeerConnection`` of one page, show a frame. What we add is the
tap's commit, the line, the offer, the accept, the sockets and the relay.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.bench.machine import Meter, median
from tests.browser.camera import WIDE_BLOCK, write_camera
from tests.browser.people import Caller, Operator
from tests.browser.stage import DESK_FIRST, Stage, launch_options
from tests.halls import Hall, write_region
from tests.served import serve

ROUNDS, QUICK_ROUNDS = 10, 3
FRAMES = 60  # of each camera's file
GOAL = 4.0  # times the floor
AIM = 2.0
LIVE = "caller-picture [data-part=live]"
PATIENCE_MS = 20_000

FLOOR = """async () => {
  const began = performance.now();
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: 640 }, height: { ideal: 480 } }, audio: true });
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = ({ candidate }) => candidate && far.addIceCandidate(candidate);
  far.onicecandidate = ({ candidate }) => candidate && near.addIceCandidate(candidate);
  const video = document.createElement("video");
  video.muted = true;
  document.body.append(video);
  far.ontrack = ({ track, streams }) => {
    if (track.kind === "video") video.srcObject = streams[0];
    video.play().catch(() => {});
  };
  for (const track of stream.getTracks()) near.addTrack(track, stream);
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription);
  const at = await new Promise((done) => video.requestVideoFrameCallback(done));
  near.close();
  far.close();
  stream.getTracks().forEach((track) => track.stop());
  video.remove();
  return at - began;
}"""
# Both pages are on this machine, so their clocks are one.
NOTE_TAP = """() => {
  const note = () => {
    window.tappedAt ??= performance.timeOrigin + performance.now();
  };
  document.querySelector(".alarm-button").addEventListener("click", note, true);
}"""
AWAIT_FRAME = """(selector) => {
  window.firstFrame = new Promise((done) => {
    const video = document.querySelector(selector);
    video.requestVideoFrameCallback((now) => done(performance.timeOrigin + now));
  });
}"""


async def run(*, rounds: int, seconds: float) -> dict[str, Any]:
    """Measure as often as asked for (one round is quick); ``seconds`` is not used."""
    count = QUICK_ROUNDS if rounds == 1 else ROUNDS
    return await asyncio.to_thread(_measure, count)


def _measure(count: int) -> dict[str, Any]:
    floors, ours = [], []
    with _stage() as (stage, hall):
        operator = stage.operator(hall.operators[0])
        operator.takes_seat()
        operator.becomes("ready")
        meter = Meter({})
        for n in range(count):
            floors.append(_floor(stage, hall))
            ours.append(_ours(stage, hall, operator))
            print(f"  round {n + 1}: floor {floors[-1]:.0f} ms, ours {ours[-1]:.0f} ms")
        meter.stop()
    ratio = median(ours) / median(floors)
    return {
        "floor_ms": floors,
        "ours_ms": ours,
        "ratio": ratio,
        "idle_percent": meter.idle_percent,
        "goal": GOAL,
        "passed": ratio <= GOAL,
    }


@contextlib.contextmanager
def _stage() -> Iterator[tuple[Stage, Hall]]:
    hall = Hall(1)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        region = write_region(folder, [hall], default=True)
        served = stack.enter_context(serve(extra_env={"ALARM110_REGION": str(region)}))
        chromium = stack.enter_context(sync_playwright()).chromium
        browsers = []
        for name, first in (("phone", 0), ("desk", DESK_FIRST)):
            camera = write_camera(
                folder / f"{name}.mjpeg", first=first, frames=FRAMES, block=WIDE_BLOCK
            )
            browsers.append(chromium.launch(**launch_options(camera)))
        stage = Stage(served, *browsers)
        with stage.exits:
            yield stage, hall
        for browser in browsers:
            browser.close()


def _floor(stage: Stage, hall: Hall) -> float:
    caller = stage.caller(hall)
    caller.open()
    milliseconds = float(caller.page.evaluate(FLOOR))
    caller.context.close()
    return milliseconds


def _ours(stage: Stage, hall: Hall, operator: Operator) -> float:
    caller: Caller = stage.caller(hall)
    caller.open()
    caller.page.evaluate(NOTE_TAP)
    operator.page.evaluate(AWAIT_FRAME, LIVE)
    caller.tap()
    shown = _first_frame(operator.page)
    tapped = float(caller.page.evaluate("window.tappedAt"))
    caller.hangs_up()
    caller.is_at("ended")
    caller.context.close()
    operator.finishes()
    return shown - tapped


def _first_frame(page: Page) -> float:
    page.set_default_timeout(PATIENCE_MS)
    return float(page.evaluate("window.firstFrame"))


def table(result: dict[str, Any]) -> list[str]:
    """Return the figures as lines."""
    floor, ours = median(result["floor_ms"]), median(result["ours_ms"])
    verdict = "reached" if result["passed"] else "NOT reached"
    return [
        f"picture: tap to the first frame at the seat, median of "
        f"{len(result['ours_ms'])}; idle {result['idle_percent']:.0f} %",
        f"  floor {floor:.0f} ms ({_range(result['floor_ms'])}), "
        f"ours {ours:.0f} ms ({_range(result['ours_ms'])})",
        f"  ours : floor = {result['ratio']:.1f}; goal {GOAL:.0f} or less, aim "
        f"{AIM:.0f}: {verdict}",
    ]


def _range(values: list[float]) -> str:
    return f"{min(values):.0f}-{max(values):.0f}"
