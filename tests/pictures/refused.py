"""A phone that gives less than everything: the alarm stands, both sides are told."""

from tests.browser.people import SETTLED, Caller, Operator
from tests.browser.test_phone_refusals import BUSY, INSECURE, NO_SUCH_DEVICE
from tests.pictures.phone import leaves, sees_moving
from tests.pictures.studio import Studio

SAID = {
    "en": ("He is in the stairwell", "I read you. Stay where you are."),
    "zh": ("他在楼道里", "我看到您写的了，请待在原地。"),
}


def permissions(studio: Studio) -> None:
    """What the caller said no to."""
    operator = studio.seated("chen")
    for name, allows, told in [
        ("refused-camera", ("geolocation", "microphone"), "Camera not allowed"),
        ("refused-microphone", ("geolocation", "camera"), "Microphone not allowed"),
        ("refused-both", ("geolocation",), "Camera not allowed"),
    ]:
        caller = studio.caller(allows=allows)
        _talks(studio, caller, operator, told)
        studio.keep(caller.page, name)
        if name == "refused-camera":
            operator.waits(2)
            studio.keep(operator.page, "refused-camera-seat")
            camera = caller.page.locator("[data-sense=camera]")
            camera.get_by_role("button", name=caller.words("How to allow")).click()
            caller.waits(SETTLED)
            studio.keep(caller.page, "refused-how")
            caller.button("Close").click()
        _parts(caller, operator)
    leaves(operator, is_in_call=False)


def devices(studio: Studio) -> None:
    """What the phone has not, or another app has."""
    operator = studio.seated("chen")
    for name, script, told in [
        ("refused-none", NO_SUCH_DEVICE, "No camera here. Write what you see."),
        ("refused-busy", BUSY, "Another app uses the camera. Close that app."),
    ]:
        caller = studio.caller(script=script)
        _talks(studio, caller, operator, told)
        studio.keep(caller.page, name)
        _parts(caller, operator)
    leaves(operator, is_in_call=False)


def elsewhere(studio: Studio) -> None:
    """Without a position the alarm goes to the command centre."""
    operator = studio.seated("li")
    for name, allows, script, told in [
        ("refused-position", ("camera", "microphone"), "",
         "No position. Write where you are."),
        ("refused-insecure", (), INSECURE,
         "Opened without https: no camera, no microphone."),
    ]:  # fmt: skip
        caller = studio.caller(None, allows=allows, script=script)
        _talks(studio, caller, operator, told)
        studio.keep(caller.page, name)
        _parts(caller, operator)
    leaves(operator, is_in_call=False)


def _talks(studio: Studio, caller: Caller, operator: Operator, told: str) -> None:
    caller.open()
    caller.tap()
    operator.is_at("call")
    operator.number()
    caller.is_at("talking")
    caller.sees(told, seconds=20)
    first, second = SAID[studio.language]
    caller.writes(first)
    operator.has_read(first)
    operator.writes(second)
    caller.has_read(second)
    sees_moving(caller, "officer-frame video.theirs")
    caller.waits(1)


def _parts(caller: Caller, operator: Operator) -> None:
    operator.ends_call()
    operator.finishes()
    caller.context.close()


SCENES = {
    "refused-permissions": permissions,
    "refused-devices": devices,
    "refused-elsewhere": elsewhere,
}
