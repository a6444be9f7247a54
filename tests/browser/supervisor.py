"""A supervisor before the board, as the tests speak of them.

The board writes down itself what its rows showed and when, so that a test can say how
late it was by the server's own times, without counting in how busy the test is.
"""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.people import Person
from tests.browser.words import Words

GUEST = "board-room video[data-part=guest]"
HOST = "board-room video[data-part=host]"

# Every change of a row: when (ms), of what list, its key, what it does, its words.
WRITE_DOWN = """() => {
  window.rows = [];
  const last = new Map();
  const look = () => {
    const at = Date.now();
    const gone = new Set(last.keys());
    for (const row of document.querySelectorAll("live-board li[data-key]")) {
      const list = row.closest("board-line, board-seats, board-calls")?.localName;
      if (!list) continue;
      const id = list + row.dataset.key;
      gone.delete(id);
      const doing = row.dataset.doing ?? "";
      const words = row.innerText.replace(/\\s+/g, " ");
      const now = JSON.stringify([doing, words]);
      if (last.get(id) === now) continue;
      last.set(id, now);
      window.rows.push({ at, list, key: row.dataset.key, doing, words });
    }
    for (const id of gone) {
      last.delete(id);
      const [, list, key] = id.match(/^(board-[a-z]+?)([0-9a-f]{8}-.+)$/);
      window.rows.push({ at, list, key, doing: "", words: "" });
    }
  };
  new MutationObserver(look).observe(document.querySelector("live-board"), {
    subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ["data-doing"],
  });
  look();
}"""


@dataclass(frozen=True)
class Shown:
    """A row of the board at one moment (seconds); no words: it was gone."""

    at: float
    list: str
    key: str
    doing: str
    words: str


class Supervisor(Person):
    """Somebody before the board; ``late`` says how late it was with what (seconds)."""

    def __init__(self, context: BrowserContext, url: str, words: Words) -> None:
        super().__init__(context, url, words)
        self.late: dict[str, float] = {}

    def signs_in(self, user: str, password: str) -> None:
        """Go through the log-in page to the board, and wait until it is whole."""
        self.page.goto(f"{self.url}/accounts/login/?next=/admin/")
        self.page.get_by_label(self.words("User name")).fill(user)
        self.page.get_by_label(self.words("Password")).fill(password)
        self.button("Sign in").click()
        self.is_before_the_board()
        self.page.evaluate(WRITE_DOWN)

    def is_before_the_board(self) -> None:
        """Wait until the board has all there is, and is live."""
        board = self.page.locator("live-board")
        expect(board).to_have_attribute("data-whole", "true")
        expect(board).to_have_attribute("data-line", "live")

    # --- What stands there -----------------------------------------------------------

    def seat(self, label: str) -> Locator:
        """Return a seat's row."""
        return self.page.locator("board-seats li").filter(has_text=label)

    def call(self, serial: str) -> Locator:
        """Return a live call's row, by the serial that consoles show."""
        return self.page.locator("board-calls li").filter(has_text=serial)

    @property
    def room(self) -> Locator:
        """The room that one is in, while one is in one."""
        return self.page.locator("board-room")

    def shown(self) -> list[Shown]:
        """Return all that the rows have shown so far, oldest first."""
        rows: list[dict[str, Any]] = self.page.evaluate("window.rows")
        return [Shown(**row | {"at": row["at"] / 1000}) for row in rows]

    def comes(self, since: float, list_: str, *words: str, doing: str = "") -> None:
        """Wait until a row has these words, and note how late that was.

        ``since``: when it became so by the server (UNIX seconds). Without words: until
        a row of the list is gone.
        """
        self.until(lambda: bool(self._after(since, list_, words, doing)))
        what = " ".join([list_, *(words or ["gone"]), doing]).strip()
        self.late[what] = self._after(since, list_, words, doing)[0]

    def _after(
        self, since: float, list_: str, words: tuple[str, ...], doing: str
    ) -> list[float]:
        return [
            row.at - since
            for row in self.shown()
            if row.list == list_
            and row.at > since - 0.05
            and (all(word in row.words for word in words) if words else not row.words)
            and (not doing or row.doing == doing)
        ]

    # --- What one does ---------------------------------------------------------------

    def opens(self, row: Locator) -> None:
        """Open what can be done about a row."""
        row.get_by_role("button").click()
        expect(self.page.locator("act-panel")).to_be_visible()

    def does(self, english: str, reason: str, *, is_asked: bool = False) -> None:
        """Press an act in the open panel, having said why."""
        panel = self.page.locator("act-panel")
        panel.get_by_label(self.words("Reason")).fill(reason)
        panel.get_by_role("button", name=self.words(english), exact=True).click()
        if is_asked:
            panel.get_by_role("button", name=self.words("Yes"), exact=True).click()
        expect(panel).to_be_hidden()

    def stands(self, english: str, says: str) -> None:
        """Choose how one stands in the room, and wait until it says so."""
        name = self.words(english)
        self.room.get_by_role("button", name=name, exact=True).click()
        expect(self.room).to_contain_text(self.words(says))

    def posts(self, text: str, *, agency: str = "") -> None:
        """Post a notice for every seat of an agency, by name; else of the first one."""
        self.page.locator("[data-opens=notice]").click()
        panel = self.page.locator("act-panel")
        if agency:
            panel.get_by_label(self.words("Agency"), exact=True).select_option(
                label=agency
            )
        panel.get_by_label(self.words("Text")).fill(text)
        panel.get_by_role("button", name=self.words("Post"), exact=True).click()
        expect(panel).to_be_hidden()

    def takes_back(self, text: str) -> None:
        """Take a notice away from every seat."""
        notice = self.page.locator("board-notices li").filter(has_text=text)
        notice.get_by_role("button", name=self.words("Take back")).click()
        expect(notice).to_have_count(0)
