"""Several parties: a colleague in the call, and a supervisor over the seats."""

from playwright.sync_api import expect

from tests.browser import city
from tests.browser.people import SETTLED
from tests.browser.supervisor import GUEST
from tests.pictures.phone import leaves, sees_moving, talk
from tests.pictures.studio import LAISHAN, ZHIFU, Studio

REASON = {
    "en": "I need a second pair of eyes on the street",
    "zh": "请协助盯住街面情况",
}
PLACES = {
    "en": ("Ferry terminal, north gate", "Ferry terminal, quay 3"),
    "zh": ("客运码头北门", "客运码头3号泊位"),
}
NOTICE = {
    "en": "Ferry terminal closed: send crews by the north gate",
    "zh": "客运码头封闭，警力请走北门",
}
HERE = {"en": "Zhifu District Police", "zh": "烟台市公安局芝罘分局"}
WHY = {"en": "After a hard call", "zh": "刚处理完重大警情"}


def colleagues(studio: Studio) -> None:
    """A colleague is asked in, comes, and takes over."""
    lin = studio.seated("lin", 2, desk="wu")
    lin.becomes("off")
    caller, host = talk(studio)
    lin.becomes("ready")
    host.button("Invite").first.click()
    host.waits(SETTLED)
    studio.keep(host.page, "console-invite")
    host.page.keyboard.press("Escape")
    label = lin.seat().split(" · ")[0]  # the finder says the agency apart
    city.invites(host, label, to_hand_over=True, reason=REASON[studio.language])
    expect(lin.page.locator("call-offer")).to_be_visible()
    lin.waits(1)
    studio.keep(lin.page, "console-asked-in")
    lin.button("Accept").click()
    lin.is_at("call")
    sees_moving(lin, "caller-picture [data-part=live]")
    host.sees("%(seat)s came in")
    host.waits(1)
    studio.keep(host.page, "console-second")
    studio.keep(lin.page, "console-second-seat")
    studio.keep(caller.page, "phone-second")
    host.page.locator("call-room [data-part=hand-over-now]").click()
    expect(host.page.locator("call-head [data-part=wrap-up]")).to_be_visible()
    host.waits(1)
    studio.keep(host.page, "console-handed-over")
    for operator, place in zip((host, lin), PLACES[studio.language], strict=True):
        operator.field("Place").fill(place)  # both before either is saved
    expect(lin.page.locator("incident-form .clashes li")).to_be_visible()
    lin.waits(1)
    studio.keep(lin.page, "console-two-writers")
    lin.button("Take theirs").click()
    leaves(host, is_in_call=False)
    leaves(lin)


def supervised(studio: Studio) -> None:
    """What a supervisor does to seats, as the seats see it."""
    board = studio.supervisor()
    chen = studio.seated("chen")
    board.posts(NOTICE[studio.language], agency=HERE[studio.language])
    expect(chen.page.locator("posted-notices")).to_contain_text(NOTICE[studio.language])
    chen.waits(1)
    studio.keep(chen.page, "console-notice")
    seat = board.page.locator("board-seats [data-key]").filter(has_text="Chen")
    board.opens(seat)
    board.does("Send on a break", WHY[studio.language])
    menu = chen.page.get_by_label(chen.words("Availability"), exact=True)
    expect(menu).to_have_attribute("data-availability", "break")
    chen.waits(1)
    studio.keep(chen.page, "console-paused")
    board.opens(seat)
    board.does("End the shift here", WHY[studio.language], is_asked=True)
    chen.is_at("choose")
    chen.waits(1)
    studio.keep(chen.page, "console-freed")

    wang = studio.seated("wang")
    menu = wang.page.get_by_label(wang.words("Availability"), exact=True)
    menu.select_option(index=_break(menu))
    wang.waits(2)
    studio.keep(wang.page, "console-break-asked")
    wang.button("Leave seat").click()  # "Off" would be one more wish here
    board.takes_back(NOTICE[studio.language])  # else it stands on every later picture


def _break(menu) -> int:
    """Return which option of the menu is the agency's own break."""
    values = menu.locator("option").evaluate_all("(all) => all.map((o) => o.value)")
    return next(n for n, value in enumerate(values) if value.startswith("break:"))


BUSY = {"li": None, "xu": (37.64, 120.48), "zhou": (37.50, 121.26)}


def board(studio: Studio) -> None:
    """The supervisor's board: a quiet hour, and a busy one."""
    with studio.line() as line:
        board = studio.supervisor(url=line.url)
        beside = studio.beside()
        for user in ("li", "feng", "gao"):
            beside.sits(user)
        for user in ("sun", "zhu"):
            beside.sits(user, is_ready=False)
        beside.rests("sun")
        seats = board.page.locator("board-seats")
        expect(seats.locator("[data-doing=ready]")).to_have_count(3)
        expect(seats.locator("[data-doing=break]")).to_have_count(1)
        board.waits(SETTLED)
        studio.keep(board.page, "board-empty")
        for user, place in BUSY.items():
            if user != "li":
                beside.sits(user)
            beside.taps(place)
            beside.accepts(user)
        _, operator = talk(studio)
        beside.taps((37.5301, 121.4003), silently=True)
        beside.taps(ZHIFU)
        beside.taps(LAISHAN)
        board.page.locator("board-line [data-key]").nth(2).wait_for()
        board.waits(2)
        studio.keep(board.page, "board-busy")
        calls = board.page.locator("board-calls [data-key]").filter(has_text="Chen")
        board.opens(calls.first)
        board.waits(SETTLED)
        studio.keep(board.page, "board-acts")
        board.does("Listen", "QA")
        sees_moving(board, GUEST)
        board.waits(1)
        studio.keep(board.page, "board-listens")
        board.room.get_by_role("button", name=board.words("Leave")).click()
        board.posts(NOTICE[studio.language])
        board.waits(1)
        studio.keep(board.page, "board-notice")
        board.takes_back(NOTICE[studio.language])
        board.page.set_viewport_size({"width": 1920, "height": 1080})
        board.page.locator("live-board").focus()
        board.page.keyboard.press("w")
        board.waits(1)
        studio.keep(board.page, "board-wall")
        board.page.keyboard.press("w")
        board.page.set_viewport_size({"width": 1440, "height": 900})
        line.cut()
        expect(board.page.locator("live-board")).to_have_attribute(
            "data-line", "cut", timeout=20_000
        )
        board.waits(3)
        studio.keep(board.page, "board-cut")
        leaves(operator)


SCENES = {
    "rooms-colleagues": colleagues,
    "rooms-supervised": supervised,
    "board": board,
}
