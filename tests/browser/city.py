"""A hall with three seats, two callers and a supervisor, each with eyes and ears of
their own: cameras whose numbers, and microphones whose pitches, never meet.
"""

import contextlib
import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, expect

from tests.browser import camera
from tests.browser.people import Caller, Operator, Person
from tests.browser.processes import family_of, tell
from tests.browser.sound import STEP_HERTZ, write_microphone
from tests.browser.stage import DESK_SCREEN, Stage, launch_options
from tests.browser.supervisor import Supervisor
from tests.browser.words import Language, Words
from tests.halls import Hall
from tests.served import Served

SEAT_VIDEO = "caller-picture [data-part=live]"
# Cameras show five frames a second and microphones beep twice, over and over:
# five browsers share two cores.
RATE, FRAMES, SECONDS = 5, 20, 2


@dataclass(frozen=True)
class Devices:
    """A browser's camera and microphone: numbers and pitches that no other has."""

    first: int  # number of the first frame
    hertz: int  # pitch of the first beep

    @property
    def numbers(self) -> range:
        """The numbers that its camera shows."""
        return range(self.first, self.first + FRAMES)

    @property
    def pitches(self) -> range:
        """The pitches that its microphone beeps at (Hz)."""
        return range(self.hertz, self.hertz + SECONDS * STEP_HERTZ, STEP_HERTZ)


DEVICES = {
    "A": Devices(0x0100, 1000),  # caller A
    "B": Devices(0x4000, 1500),  # caller B
    "desk": Devices(0x8000, 2000),  # seat 1 and the board
    "wing": Devices(0xA000, 2500),  # seat 3
    "mortal": Devices(0xC000, 3000),  # seat 2
}
A, B = DEVICES["A"].numbers, DEVICES["B"].numbers
DESK, WING = DEVICES["desk"].numbers, DEVICES["wing"].numbers
MORTAL = DEVICES["mortal"].numbers
NEAR, TIMES = 10, 3  # Hz; looks at 20 a second that make a beep one that was heard

# What each page plays, element by element, its loudest pitch; every sentence that it
# said, however short; and the connections it has made.
LISTEN = """(() => {
  const played = new Set(), taps = new Map(), said = new Map();
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    played.add(this);
    return play.call(this);
  };
  Object.assign(window, { tones: [], told: [], peers: [] });
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...words) {
      super(...words);
      window.peers.push(this);
    }
  };
  let context = null;
  const tap = (track) => {
    context ??= new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 8192 });
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    taps.set(track, analyser);
    return analyser;
  };
  setInterval(() => {
    if (context?.state === "suspended") context.resume();
    for (const one of document.querySelectorAll("video, audio")) played.add(one);
    for (const element of played) {
      if (element.muted || element.paused || element.volume === 0) continue;
      for (const track of element.srcObject?.getAudioTracks?.() ?? []) {
        const analyser = taps.get(track) ?? tap(track);
        const bins = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(bins);
        const top = bins.indexOf(Math.max(...bins));
        if (bins[top] > -50) {
          window.tones.push([Date.now(), (top * context.sampleRate) / 8192]);
        }
      }
    }
  }, 50);
  new MutationObserver(() => {
    const parts = "[data-part=news-text], [data-part=truth-text], [data-part=said]";
    for (const part of document.querySelectorAll(parts)) {
      const words = part.textContent.trim();
      if (said.get(part) === words) continue;
      said.set(part, words);
      if (words) window.told.push(words);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
})();"""


# --- Eyes and ears -------------------------------------------------------------------


def heard(person: Person, since: float = 0.0) -> set[str]:
    """Return whose beeps this person's page has played since then (UNIX seconds)."""
    tones: list[tuple[float, float]] = person.page.evaluate("window.tones")
    looks = [tone for at, tone in tones if at / 1000 >= since]
    return {
        who
        for who, one in DEVICES.items()
        if sum(min(abs(tone - p) for p in one.pitches) < NEAR for tone in looks)
        >= TIMES
    }


def hears(person: Person, *whom: str, seconds: float = 30) -> None:
    """Wait until this person hears all of these from now on."""
    began = now(person.page)
    person.until(lambda: set(whom) <= heard(person, began), seconds=seconds)


def sees(person: Person, picture: str, whose: range, *, seconds: float = 30) -> None:
    """Wait until a picture shows a frame of this camera."""
    person.until(
        lambda: camera.number_in(person.page, picture) in whose, seconds=seconds
    )


def watch(page: Page, picture: str) -> None:
    """Write down each second which frame a picture shows, from now on."""
    page.evaluate(_WATCH + camera._READ + "}", picture)


def watched(page: Page) -> set[int]:
    """Return the numbers of the frames that were written down."""
    return set(page.evaluate("window.watched"))


_WATCH = """(selector) => {
  window.watched = [];
  setInterval(() => {
    const video = document.querySelector(selector);
    const number = video.videoWidth ? read(video) : null;
    if (number !== null) window.watched.push(number);
  }, 1000);
"""


def told(person: Person) -> list[str]:
    """Return every sentence of news that this person's page has said."""
    said: list[str] = person.page.evaluate("window.told")
    return said


def is_told(
    person: Person, english: str, *, seconds: float = 10, **values: str
) -> None:
    """Wait until a page has said a sentence, even if it is over again."""
    words = person.words(english, **values)
    person.until(lambda: any(words in one for one in told(person)), seconds=seconds)


def now(page: Page) -> float:
    """Return a page's clock, which is the server's too (UNIX seconds)."""
    return float(page.evaluate("Date.now()")) / 1000


def is_deaf(page: Page) -> bool:
    """Return whether every connection that a page made is closed."""
    closed = "peers.every((one) => one.connectionState === 'closed')"
    return bool(page.evaluate(f"peers.length > 0 && {closed}"))


# --- Who is there --------------------------------------------------------------------


class CityStage(Stage):
    """A stage whose pages all listen, and write down what they say."""

    def context(self, *words: Any, **options: Any) -> BrowserContext:
        """Open a window that is watched, and listens."""
        context = super().context(*words, **options)
        context.add_init_script(LISTEN)
        return context

    def supervisor(self, user: str, language: Language = "en") -> Supervisor:
        """Bring on somebody before the board."""
        words = Words(language)
        context = self.context(
            self.desk_browser, words, viewport=DESK_SCREEN, permissions=["microphone"]
        )
        supervisor = Supervisor(context, self.served.url, words)
        supervisor.signs_in(user, self.served.password(user))
        return supervisor


@dataclass
class City:
    """Everybody of the scenario; seat 2's browser can die."""

    hall: Hall
    stage: CityStage
    browsers: dict[str, Browser]
    folder: Path

    def seat(self, number: int, language: Language = "en") -> Operator:
        """Bring an operator to a seat, ready."""
        browser = {1: "desk", 2: "mortal", 3: "wing"}[number]
        stage = replace(self.stage, desk_browser=self.browsers[browser])
        operator = stage.operator(self.hall.operators[number - 1], language)
        operator.takes_seat(number)
        operator.becomes("ready")
        return operator

    def caller(self, name: str, language: Language = "en") -> Caller:
        """Bring on caller A or B, who taps."""
        stage = replace(self.stage, phone_browser=self.browsers[name])
        caller = stage.caller(self.hall, language)
        caller.open()
        caller.tap()
        return caller

    def kills_seat_2(self) -> None:
        """Kill every process of seat 2's browser at once, as ``kill -9`` does."""
        pids = family_of(f"{self.folder}/mortal.y4m")
        assert pids
        tell(pids, signal.SIGKILL)


@contextmanager
def city_of(
    hall: Hall, served: Served, playwright: Playwright, folder: Path
) -> Iterator[City]:
    """Start everybody's browser; nobody is on yet.

    At the end nobody has asked another host for anything.
    """
    with ExitStack() as exits:
        browsers = {}
        for name, devices in DEVICES.items():
            options = launch_options(
                camera.write_slow_camera(
                    folder / f"{name}.y4m", devices.numbers, rate=RATE
                ),
                write_microphone(
                    folder / f"{name}.wav", hertz=devices.hertz, seconds=SECONDS
                ),
            )
            browsers[name] = playwright.chromium.launch(**options)
            exits.callback(_close, browsers[name])
        stage = CityStage(served, browsers["A"], browsers["desk"])
        with stage.exits:
            yield City(hall, stage, browsers, folder)
            stage.witness.check()


def _close(browser: Browser) -> None:
    with contextlib.suppress(Error):  # one of them was killed
        browser.close()


def invites(host: Operator, label: str, *, to_hand_over: bool, reason: str) -> None:
    """Ask another seat into the call, to hand it over or to help."""
    host.button("Transfer" if to_hand_over else "Invite").first.click()
    finder = host.page.locator("colleague-finder")
    finder.get_by_role("option").filter(has_text=label).click()
    finder.get_by_label(host.words("Reason")).fill(reason)
    finder.locator("[data-part=do]").click()
    expect(finder).to_be_hidden()


def people(operator: Operator) -> list[str]:
    """Return who is in the call, as the console lists them."""
    return operator.page.locator("call-room .room-person").all_inner_texts()


# --- The server's own times ----------------------------------------------------------


class Times:
    """When things happened, by the rows of the server's database (UNIX seconds)."""

    def __init__(self, served: Served, hall: Hall) -> None:
        self._database, self._code = served.home / "alarm110.sqlite3", hall.code

    def seated(self, number: str, seat: int, role: str, column: str) -> float:
        """Return a moment of a seat's newest place in an incident's room."""
        return self._last(
            f"SELECT p.{column} FROM dispatch_participant p"  # noqa: S608  our own
            " JOIN dispatch_call c ON c.id = p.call_id"
            " JOIN reports_incident i ON i.id = c.incident_id"
            " JOIN dispatch_seat s ON s.id = p.seat_id"
            " WHERE i.number = ? AND s.number = ? AND p.role = ? ORDER BY p.id",
            (number, seat, role),
        )

    def offered(self, number: str, seat: int, kind: str = "call") -> float:
        """Return when a call was last offered to a seat, or the seat asked in."""
        return self._last(
            "SELECT o.made_at FROM dispatch_offer o"
            " JOIN dispatch_call c ON c.id = o.call_id"
            " JOIN reports_incident i ON i.id = c.incident_id"
            " JOIN dispatch_seat s ON s.id = o.seat_id"
            " WHERE i.number = ? AND s.number = ? AND o.kind = ? ORDER BY o.id",
            (number, seat, kind),
        )

    def shift(self, seat: int, column: str) -> float:
        """Return a moment of a seat's newest shift."""
        return self._last(
            f"SELECT t.{column} FROM dispatch_shift t"  # noqa: S608  our own
            " JOIN dispatch_seat s ON s.id = t.seat_id"
            " JOIN accounts_agency a ON a.id = s.agency_id"
            " WHERE a.code = ? AND s.number = ? ORDER BY t.id",
            (self._code, seat),
        )

    def call(self, number: str, column: str) -> float:
        """Return a moment of an incident's call."""
        return self._last(
            f"SELECT c.{column} FROM dispatch_call c"  # noqa: S608  our own
            " JOIN reports_incident i ON i.id = c.incident_id"
            " WHERE i.number = ? ORDER BY c.id",
            (number,),
        )

    def monitored(self) -> list[dict[str, Any]]:
        """Return what the ledger says of listening unseen, oldest first."""
        rows = self._rows(
            "SELECT b.text FROM reports_entrybody b"
            " JOIN reports_entry e ON e.id = b.entry_id"
            " WHERE e.kind = 'room.monitored' ORDER BY e.id",
            (),
        )
        return [json.loads(text) for (text,) in rows]

    def _last(self, query: str, values: tuple[Any, ...]) -> float:
        rows = [row for (row,) in self._rows(query, values) if row is not None]
        assert rows, (query, values)
        return datetime.fromisoformat(rows[-1]).replace(tzinfo=UTC).timestamp()

    def _rows(self, query: str, values: tuple[Any, ...]) -> list[Any]:
        address = f"file:{self._database}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            return database.execute(query, values).fetchall()
