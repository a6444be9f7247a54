"""The caller's phone in every state."""

from playwright.sync_api import expect

from tests.browser.people import SETTLED, Caller, Operator
from tests.pictures.studio import ZHIFU, Place, Studio

SMALL = {"width": 320, "height": 568}
ACROSS = {"width": 844, "height": 390}
SEA: Place = (38.6, 122.9)  # nobody's ground
# What is said, in both languages.
SAID = {
    "en": [
        "Somebody is breaking into cars under my window",
        "I see him. Stay inside and keep the window shut. A car is on its way.",
        "He has a torch. He is at the red one",
    ],
    "zh": [
        "楼下有人在撬车",
        "我看到他了。请待在屋里，别开窗，警车已经出发。",
        "他拿着手电，在那辆红车旁边",
    ],
}

ALL_SENT = "All of the recording is with the police."


def before(studio: Studio) -> None:
    """The page before the alarm."""
    for name, options in {
        "phone-idle": {},
        "phone-idle-dark": {"color_scheme": "dark"},
        "phone-idle-small": {"viewport": SMALL},
        "phone-idle-landscape": {"viewport": ACROSS},
    }.items():
        caller = studio.caller(**options)
        caller.open()
        caller.page.wait_for_load_state("networkidle")
        studio.keep(caller.page, name)
    caller.context.set_offline(True)
    caller.page.set_viewport_size({"width": 390, "height": 844})
    expect(caller.page.locator("[data-part=offline]")).to_be_visible()
    studio.keep(caller.page, "phone-offline")


def without_scripts(studio: Studio) -> None:
    """Where JavaScript is off."""
    caller = studio.caller(None, java_script_enabled=False)
    caller.page.goto(caller.url)
    studio.keep(caller.page, "phone-no-scripts", whole=True)
    caller.page.locator("#alarm-text").fill(SAID[studio.language][0])
    caller.tap()
    expect(caller.page.locator(".quote")).to_be_visible()
    studio.keep(caller.page, "phone-no-scripts-done", whole=True)
    number = caller.page.locator(".quote").inner_text()
    operator = studio.seated("li")
    operator.is_at("call")
    assert operator.number() == number[-4:]
    leaves(operator)


def waiting(studio: Studio) -> None:
    """From the tap to the answer."""
    before = studio.caller()  # whom the seat takes first
    before.open()
    before.tap()
    before.is_at("waiting")
    caller = studio.caller()
    page = caller.page
    caller.open()
    page.route("**/api/v1/calls", lambda route: route.abort())
    caller.tap()
    caller.is_at("sending")
    expect(page.locator("[data-part=not-sent]")).to_be_visible()
    studio.keep(page, "phone-sending")
    page.unroute("**/api/v1/calls")
    caller.is_at("waiting")
    caller.sees("Nobody can answer here now. Call %(phone)s.")
    caller.waits(1)
    studio.keep(page, "phone-nobody")
    operator = studio.seated("chen")
    before.is_at("talking")
    caller.sees("You are next")
    caller.writes(SAID[studio.language][0])
    caller.knows_kept(SAID[studio.language][0])
    caller.sees("Recording, kept by the police", seconds=20)
    studio.keep(page, "phone-waiting")
    page.locator("phone-check summary").click()
    expect(page.locator("#phone")).to_be_in_viewport()
    page.locator("phone-check").evaluate("it => it.scrollIntoView({block: 'end'})")
    caller.waits(SETTLED)
    studio.keep(page, "phone-waiting-number")
    page.locator("phone-check summary").click()
    caller.hangs_up()
    caller.is_at("ended")
    caller.sees(ALL_SENT, seconds=20)
    studio.keep(page, "phone-end")
    leaves(operator)


def live(studio: Studio) -> None:
    """In the call."""
    caller, operator = talk(studio)
    page = caller.page
    studio.keep(page, "phone-live")
    for name, size in [("phone-live-small", SMALL), ("phone-live-landscape", ACROSS)]:
        page.set_viewport_size(size)
        caller.waits(1)
        studio.keep(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    caller.waits(1)
    studio.keep(page, "phone-live-dark")
    page.emulate_media(color_scheme="light")
    operator.button("Phrases").click()
    operator.page.get_by_text(PHRASE[studio.language]).first.click()
    caller.has_read(PHRASE[studio.language])
    caller.waits(1)
    studio.keep(page, "phone-question")
    page.locator("[data-question=attach]").first.click()
    caller.waits(SETTLED)
    studio.keep(page, "phone-attach")
    page.locator("attach-files [data-command=stay]").click()
    caller.presses("End")
    caller.waits(SETTLED)
    studio.keep(page, "phone-end-question")
    caller.button("No, go on").click()

    operator.page.locator("warn-offender [data-part=warn]").click()
    operator.page.locator("warn-offender [data-part=warn-yes]").click()
    expect(page.locator("warning-question")).to_be_visible()
    caller.waits(SETTLED)
    studio.keep(page, "phone-warning-question")
    page.locator("[data-command=warn]").click()
    caller.waits(2)
    studio.keep(page, "phone-warning")
    page.locator("[data-command=warning-back]").click()

    other = caller.another_window()
    other.open()
    other.is_told("watching")
    other.waits(1)
    studio.keep(other.page, "phone-watching")
    other.page.close()
    operator.ends_call()
    caller.is_at("ended")
    caller.sees(ALL_SENT, seconds=20)
    studio.keep(page, "phone-end-police")
    leaves(operator, is_in_call=False)


PHRASE = {"en": "Are you alone?", "zh": "您现在是一个人吗？"}


def cut(studio: Studio) -> None:
    """Lines that are cut, on either side."""
    with studio.line() as line:
        caller, operator = talk(studio, url=line.url)
        colleague = on_a_break(studio, "lin", 2)
        line.cut()
        caller.is_told("silent", seconds=20)
        caller.waits(1)
        studio.keep(caller.page, "phone-reconnecting")
        line.restore()
        caller.is_told("connected", seconds=30)
        operator.context.close()
        caller.sees(
            "The call-taker was cut off. You keep your place in line.", seconds=30
        )
        caller.sees("Nobody can answer here now. Call %(phone)s.")
        studio.keep(caller.page, "phone-seat-lost")
        caller.hangs_up()
        caller.is_at("ended")
        leaves(colleague, is_in_call=False)


def silent(studio: Studio) -> None:
    """A silent alarm."""
    operator = on_a_break(studio, "chen")
    caller = studio.caller()
    caller.open()
    caller.tap(silently=True)
    caller.is_at("waiting")
    caller.sees("Nobody can answer here now. If you can speak safely, call %(phone)s.")
    caller.sees("Recording, kept by the police", seconds=20)
    studio.keep(caller.page, "phone-silent-waiting")
    operator.becomes("ready")
    operator.is_at("call")
    caller.is_at("talking")
    operator.writes(PHRASE[studio.language])
    caller.has_read(PHRASE[studio.language])
    caller.button("No", exact=True).click()
    operator.has_read(caller.words("No"))
    caller.waits(1)
    studio.keep(caller.page, "phone-silent")
    caller.presses("Leave silence")
    caller.waits(SETTLED)
    studio.keep(caller.page, "phone-silent-leave")
    caller.button("Stay silent").click()
    leaves(operator)


def on_a_break(studio: Studio, user: str, number: int = 1) -> Operator:
    """Bring somebody to a seat who takes no call now, so that one waits in line."""
    operator = studio.operator(user)
    operator.takes_seat(number)
    operator.becomes("break:rest")
    return operator


def talk(studio: Studio, *, url: str = "") -> tuple[Caller, Operator]:
    """Bring on a caller and an operator in mid call, who see each other and wrote."""
    operator = studio.seated("chen")
    caller = studio.caller(ZHIFU, url=url)
    caller.open()
    caller.tap()
    operator.is_at("call")
    operator.number()
    caller.is_at("talking")
    sees_moving(caller, "officer-frame video.theirs")
    sees_moving(operator, "caller-picture [data-part=live]")
    first, second, third = SAID[studio.language]
    caller.writes(first)
    operator.has_read(first)
    operator.writes(second)
    caller.has_read(second)
    caller.writes(third)
    operator.has_read(third)
    caller.waits(1)
    return caller, operator


def sees_moving(person: Caller | Operator, video: str) -> None:
    """Wait until a live picture runs."""
    runs = "(selector) => document.querySelector(selector)?.currentTime > 0.5"
    person.page.wait_for_function(runs, arg=video, timeout=30_000)


def leaves(operator: Operator, *, is_in_call: bool = True) -> None:
    """End the call and free the seat."""
    if is_in_call:
        operator.ends_call()
    operator.becomes("off")
    done = operator.button("Done")
    if done.is_visible():
        done.click()
    operator.is_at("idle")
    operator.button("Leave seat").click()
    operator.is_at("choose")
    operator.context.close()


SCENES = {
    "phone-before": before,
    "phone-without-scripts": without_scripts,
    "phone-waiting": waiting,
    "phone-live": live,
    "phone-cut": cut,
    "phone-silent": silent,
}
