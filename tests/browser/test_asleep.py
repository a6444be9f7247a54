"""The phone is locked: its browser stands still, and comes back to the same call."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.look import look

ENDS_LOST = "End the call? The caller is lost, and nobody is then asked to call back."
LOCKED = 12  # seconds
BACK = 5  # seconds after it is unlocked


def processes_of(camera):
    """Return the browser that plays this camera, and its children."""
    parents = {}
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
            state = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(folder.name)] = int(state[1])
        if b"chrom" in words.split(b"\0")[0] and str(camera).encode() in words:
            found.add(int(folder.name))
    grew = True
    while grew:
        children = {pid for pid, parent in parents.items() if parent in found}
        grew = not children <= found
        found |= children
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
def test_a_locked_phone_comes_back_to_the_same_call(talking, hall, cameras):
    caller, operator = talking(hall)
    number = caller.number()
    asleep = processes_of(cameras[0])
    assert asleep
    for pid in asleep:
        os.kill(pid, signal.SIGSTOP)
    try:
        operator.sees("Caller lost for %(long)s, since %(time)s.", seconds=LOCKED)
        operator.writes("Are you still there?")
        operator.knows_kept("Are you still there?")
        operator.button("End call").click()
        operator.sees(ENDS_LOST)
        for width, height in ((1440, 900), (1280, 720)):
            operator.page.set_viewport_size({"width": width, "height": height})
            look(operator.page, f"console-lost-{width}")
            end = operator.button("No, go on")
            expect(end).to_be_in_viewport(ratio=1)
        end.click()
    finally:
        for pid in asleep:
            os.kill(pid, signal.SIGCONT)
    caller.has_read("Are you still there?", seconds=BACK)
    caller.is_told("connected", seconds=BACK)
    assert caller.number() == number
    lost = operator.page.locator("caller-picture [data-part=lost]")
    expect(lost).to_be_hidden()
    operator.is_at("call")
