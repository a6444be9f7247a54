"""Cutting recordings, and the unbroken stream, frame by frame on a clock of our own."""

import asyncio
import json
import shutil
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import uuid4

import av
import pytest

from dispatch.media.relay import segments as module
from dispatch.media.relay.files import LegFolder
from dispatch.media.relay.outlet import MOST_WAITING, Outlet
from dispatch.media.relay.passthrough import EncodedFrame
from dispatch.media.relay.segments import Arrival, DiskFullError, Segments

KEY = bytes([0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01]) + b"k" * 50
DELTA = bytes([0x11]) + b"d" * 50
SOUND = b"\xfc\xff\xfe"


@dataclass
class Tape:
    """A leg whose frames come on a made-up clock."""

    segments: Segments
    now: float = 1000.0
    asked: int = 0
    stood: dict = field(default_factory=dict)  # seconds, by kind: a clock of the sender
    came: dict = field(default_factory=dict)  # when each frame came, by kind

    def run(self, seconds, *, video=True, audio=True, keys=4.0, first_key=True):
        """Let so many seconds of 10 pictures and 50 sounds a second come."""
        for step in range(round(seconds * 50)):
            self.now += 0.02
            if audio:
                self._take("audio", SOUND, 48_000)
            if video and step % 5 == 0:
                since = step / 50
                is_key = since % keys < 0.02 and (first_key or step > 0)
                data = KEY if is_key else DELTA
                self._take("video", data, 90_000)

    def stand(self, kind, seconds):
        """Let one kind give nothing while its clock stands; the other goes on."""
        self.stood[kind] = self.stood.get(kind, 0.0) + seconds
        self.run(seconds, video=kind != "video", audio=kind != "audio", first_key=False)

    def _take(self, kind, data, rate):
        timestamp = round((self.now - self.stood.get(kind, 0.0)) * rate)
        self.segments.take(Arrival(EncodedFrame(kind, data, timestamp), self.now))
        self.came.setdefault(kind, []).append(self.now)
        self.asked += self.segments.wants_key


@pytest.fixture
def folder(tmp_path) -> LegFolder:
    return LegFolder(tmp_path, uuid4(), "guest", uuid4())


@pytest.fixture
def tape(folder) -> Tape:
    return Tape(Segments(folder))


def packets(folder, segment):
    """Return (kind, seconds, is key) of every packet in a file."""
    found = []
    with av.open(str(folder.media(segment))) as container:
        for packet in container.demux():
            if packet.size:
                at = float((packet.pts or 0) * packet.time_base)
                found.append((packet.stream.type, at, packet.is_keyframe))
    return found


def facts(folder, segment):
    """Return a segment's facts."""
    return json.loads((folder.path / f"{segment}.json").read_text())


def test_a_file_is_cut_at_a_key_frame_after_a_minute(tape, folder):
    tape.run(150)
    tape.segments.close()
    total = {"video": 0, "audio": 0}
    for segment in range(3):
        rows = packets(folder, segment)
        pictures = [row for row in rows if row[0] == "video"]
        assert pictures[0][2], "it begins with a key frame"
        assert pictures[0][1] < 0.1
        assert facts(folder, segment)["state"] == "closed"
        for kind in total:
            times = [at for what, at, _ in rows if what == kind]
            assert times == sorted(set(times))
            total[kind] += len(times)
        if segment < 2:
            assert 60 <= rows[-1][1] <= 64.1
    assert total == {"video": 1500, "audio": 7500}
    assert (folder.path / "end.json").exists()
    assert not (folder.path / "3.json").exists()


def test_it_asks_for_the_key_frame_it_waits_for(tape, folder):
    tape.run(60, keys=1000)
    assert tape.asked == 0
    tape.run(1, keys=1000, first_key=False)
    assert tape.asked > 0
    tape.run(5, keys=1000, first_key=False)  # none came: sound goes on in a new file
    tape.run(5)
    tape.segments.close()
    assert facts(folder, 1)["codecs"] == ["opus"]
    assert facts(folder, 2)["codecs"] == ["vp8", "opus"]


def test_sound_alone_is_cut_too(tape, folder):
    tape.run(125, video=False)
    tape.segments.close()
    assert [facts(folder, n)["codecs"] for n in range(3)] == [["opus"]] * 3


def test_sound_that_joins_waits_for_the_cut_and_is_not_lost(tape, folder):
    tape.run(10, audio=False)
    tape.run(10, first_key=False)
    tape.segments.close()
    assert facts(folder, 0)["codecs"] == ["vp8"]
    assert facts(folder, 1)["codecs"] == ["vp8", "opus"]
    sounds = [row for row in packets(folder, 1) if row[0] == "audio"]
    assert len(sounds) >= 440


def test_a_kind_that_fell_silent_has_no_track_in_the_next_file(tape, folder):
    tape.run(30)
    tape.run(40, audio=False)
    tape.segments.close()
    assert facts(folder, 1)["codecs"] == ["vp8"]


def test_a_clock_that_jumps_does_not_stretch_the_file(tape, folder):
    tape.run(5)
    jump = Arrival(EncodedFrame("video", DELTA, 2**33), tape.now)
    tape.segments.take(jump)
    tape.run(5, first_key=False)
    tape.segments.close()
    assert packets(folder, 0)[-1][1] < 11


def times_of(folder, segment, kind):
    """Return when a file has its frames of a kind, in seconds."""
    return [at for what, at, _ in packets(folder, segment) if what == kind]


def test_a_first_picture_that_came_late_delays_no_other(tape, folder):
    """It was sent two seconds ago; those after it came at once."""
    tape.run(2, video=False)  # sound alone, in a file of its own
    late = EncodedFrame("video", KEY, round((tape.now - 2.0) * 90_000))
    tape.segments.take(Arrival(late, tape.now))
    tape.run(90, first_key=False)
    tape.segments.close()

    assert facts(folder, 1)["codecs"] == ["vp8", "opus"]
    pictures, sounds = (times_of(folder, 1, kind) for kind in ("video", "audio"))
    assert pictures[0] == 0
    assert pictures[1:5] == pytest.approx([0, 0.1, 0.2, 0.3], abs=0.025)
    assert pictures[-1] == pytest.approx(sounds[-1], abs=0.15)
    assert 60 <= sounds[-1] <= 64.1


def test_a_leg_s_files_together_last_as_long_as_it_did(tape, folder):
    """Each key frame that cuts is late: so much sound is in the file before."""
    began = tape.now
    for minute in range(3):
        tape.run(60.5, keys=1000, first_key=minute == 0)
        if minute < 2:
            late = EncodedFrame("video", KEY, round((tape.now - 0.4) * 90_000))
            tape.segments.take(Arrival(late, tape.now))
    tape.segments.close()
    lasts = [packets(folder, segment)[-1][1] for segment in range(3)]
    assert not (folder.path / "3.json").exists()
    assert sum(lasts) == pytest.approx(tape.now - began, abs=0.2)
    starts = [facts(folder, segment)["started_at"] for segment in range(3)]
    assert starts == sorted(starts)
    pictures = times_of(folder, 1, "video")
    assert pictures[0] == 0
    assert pictures[1] < 0.1


def test_frames_that_pile_up_are_put_where_they_were_sent(tape, folder):
    """The line stood still for a second before the other kind came."""
    sent = tape.now
    for step in range(50):
        sound = EncodedFrame("audio", SOUND, round((sent + step * 0.02) * 48_000))
        tape.segments.take(Arrival(sound, sent + 1.0))
    tape.now = sent + 1.0
    tape.run(5)
    tape.segments.close()
    sounds = times_of(folder, 0, "audio")
    steps = [after - before for before, after in pairwise(sounds)]
    assert min(steps) > 0.015
    assert max(steps) < 0.05


HEALED = 3.5  # seconds after a clock stood still


def most_off(tape, folder, kind, since):
    """Return how far from its coming any frame is written that came since then."""
    began = min(tape.came["audio"][0], tape.came["video"][0])
    written = times_of(folder, 0, kind)
    assert written == sorted(set(written))
    rows = zip(tape.came[kind], written, strict=True)
    return max(abs(at - began - time) for at, time in rows if at >= since)


@pytest.mark.parametrize("kind", ["audio", "video"])
@pytest.mark.parametrize("stood", [0.26, 1.0, 3.0, 4.9, 8.0])
def test_a_clock_that_stood_is_right_again_in_seconds(tape, folder, kind, stood):
    """The microphone was taken away for a moment: its clock counts samples."""
    tape.run(20)
    tape.stand(kind, stood)
    healed = tape.now + HEALED
    tape.run(30, first_key=False)
    tape.segments.close()
    off = [most_off(tape, folder, what, healed) for what in ("audio", "video")]
    assert sum(off) < 0.2


@pytest.mark.parametrize("between", [1.0, 10.0])
def test_two_stops_of_a_clock_do_not_add_up(tape, folder, between):
    tape.run(10)
    tape.stand("audio", 2.0)
    tape.run(between, first_key=False)
    tape.stand("audio", 2.5)
    healed = tape.now + 2 * HEALED
    tape.run(30, first_key=False)
    tape.segments.close()
    assert most_off(tape, folder, "audio", healed) < 0.1
    assert most_off(tape, folder, "video", healed) < 0.1


def test_many_short_stops_of_a_clock_do_not_add_up(tape, folder):
    tape.run(1)
    for _ in range(20):
        tape.stand("audio", 0.08)
        tape.run(2, first_key=False)
    healed = tape.now + HEALED
    tape.run(8, first_key=False)
    tape.segments.close()
    assert most_off(tape, folder, "audio", healed) < 0.2


def test_a_call_of_a_blink_is_kept(tape, folder):
    tape.run(0.1)
    tape.segments.close()
    assert len(packets(folder, 0)) == 6


def test_picture_without_a_key_frame_is_not_begun(tape, folder):
    tape.run(3, audio=False, keys=1000, first_key=False)
    assert tape.asked > 10
    tape.segments.close()
    assert not folder.path.exists()


def test_the_reserve_of_the_disk_is_kept(tape, monkeypatch):
    usage = shutil.disk_usage("/")
    nearly = usage._replace(free=module.RESERVE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: nearly)
    with pytest.raises(DiskFullError):
        tape.run(2)


def test_the_reserve_is_looked_at_while_a_file_grows(tape, folder, monkeypatch):
    monkeypatch.setattr(module, "LOOK_BYTES", 10_000)
    tape.run(5)
    usage = shutil.disk_usage("/")
    nearly = usage._replace(free=module.RESERVE_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: nearly)
    with pytest.raises(DiskFullError):
        tape.run(30, first_key=False)
    tape.segments.close()
    assert facts(folder, 0)["state"] == "closed"
    assert len(packets(folder, 0)) > 250


def test_a_picture_without_key_frames_gets_no_endless_file(tape, folder):
    tape.run(70, audio=False, keys=1000)
    assert facts(folder, 0)["state"] == "closed"
    assert packets(folder, 0)[-1][1] <= 66
    assert tape.segments.wants_key
    tape.run(10, audio=False)
    tape.segments.close()
    assert facts(folder, 1)["codecs"] == ["vp8"]
    assert packets(folder, 1)[0][2], "it begins with a key frame"


@pytest.mark.parametrize("keys", [4.0, 1000])
def test_a_flood_is_cut_by_its_size(tape, folder, monkeypatch, keys):
    monkeypatch.setattr(module, "SEGMENT_BYTES", 12_000)
    monkeypatch.setattr(module, "LOOK_BYTES", 6000)
    tape.run(50, audio=False, keys=keys)
    tape.segments.close()
    assert facts(folder, 0)["bytes"] < 12_000 + 6000 + 6000
    assert (folder.path / "1.json").exists() == (keys == 4.0)


def test_a_leg_id_that_comes_again_overwrites_nothing(tape, folder):
    tape.run(10)
    tape.segments.close()
    first = folder.media(0).read_bytes()
    (folder.path / "1.refused").write_text("{}")
    again = Tape(Segments(folder))
    again.run(5)
    assert not (folder.path / "end.json").exists(), "there is more to come"
    again.segments.close()
    assert folder.media(0).read_bytes() == first
    assert facts(folder, 2)["segment"] == 2
    assert len(packets(folder, 2)) == 300
    assert (folder.path / "end.json").exists()


def test_a_camera_that_is_a_second_late_is_in_the_first_file(tape, folder):
    tape.run(1.2, video=False)
    tape.run(3)
    tape.segments.close()
    assert facts(folder, 0)["codecs"] == ["vp8", "opus"]
    assert not (folder.path / "1.json").exists()


# --- What is sent on -----------------------------------------------------------------


async def drain(outlet):
    """Return the times, in ticks, of what waits to leave."""
    return [(await outlet.recv()).pts for _ in range(len(outlet._queue))]


async def test_a_replaced_sender_goes_on_in_time():
    outlet = Outlet("video", lambda: True)
    first, second = uuid4(), uuid4()
    for step in range(30):
        data = DELTA if step else KEY
        outlet.push(EncodedFrame("video", data, step * 3000), first, step / 30)
    before = await drain(outlet)
    assert before == [step * 3000 for step in range(30)]
    outlet.push(EncodedFrame("video", DELTA, 7), second, 2.0)  # not a whole picture
    assert outlet.is_waiting_for_key
    outlet.push(EncodedFrame("video", KEY, 3007), second, 2.0)
    outlet.push(EncodedFrame("video", DELTA, 6007), second, 2.033)
    after = await drain(outlet)
    assert after[0] > before[-1]
    assert after[0] - before[-1] == pytest.approx(90_000 * (2.0 - 29 / 30), abs=2)
    assert after[1] - after[0] == 3000


async def test_time_never_runs_backwards_whatever_the_sender_says():
    outlet = Outlet("audio", lambda: True)
    source = uuid4()
    for step, timestamp in enumerate([0, 960, 500, 2**40, 2**40 + 960, 0, 0]):
        outlet.push(EncodedFrame("audio", SOUND, timestamp), source, step * 0.02)
    sent = await drain(outlet)
    assert sent == sorted(set(sent))
    assert sent[-1] < 48_000


async def test_what_waited_when_the_call_went_silent_is_not_sent():
    may = {"pass": True}
    outlet = Outlet("audio", lambda: may["pass"])
    source = uuid4()
    outlet.push(EncodedFrame("audio", b"before", 0), source, 0)
    may["pass"] = False
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outlet.recv(), 0.05)
    may["pass"] = True
    outlet.push(EncodedFrame("audio", b"after", 960), source, 0.02)
    assert bytes(await outlet.recv()) == b"after"


async def test_a_sender_that_stands_still_fills_no_memory():
    outlet = Outlet("video", lambda: True)
    source = uuid4()
    for step in range(1000):
        data = DELTA if step else KEY
        outlet.push(EncodedFrame("video", data, step * 3000), source, step / 30)
    assert len(outlet._queue) <= MOST_WAITING
    assert outlet.is_waiting_for_key
