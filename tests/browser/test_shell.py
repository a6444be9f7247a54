"""The page that a phone keeps: opened without a network, replaced by each upgrade."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import SETTLED

KEPT = """async () => {
  const kept = {};
  for (const name of await caches.keys()) {
    const requests = await (await caches.open(name)).keys();
    kept[name] = requests.map(({ url }) => new URL(url).pathname);
  }
  return kept;
}"""
READY = """async () => {
  const here = await navigator.serviceWorker.getRegistration();
  return here?.active?.state === "activated" && !here.installing && !here.waiting;
}"""
OURS = re.compile(
    r"^(/|/static/(alarm110|dispatch/(caller|lib))/.+|/jsi18n/phone/[\w-]+/\w+\.js)$"
)
# As if the window had been put aside with a tap that no server has confirmed. From here
# on this page sends nothing: while a page is replaced, Chromium drops an outage that is
# only emulated for a moment, tells the old page that it is online, and lets its tap
# through.
PUT_ASIDE = """() => {
  globalThis.fetch = () => Promise.reject(new TypeError("no line"));
  const kept = JSON.parse(sessionStorage.getItem("alarm110.caller"));
  kept.tappedAt -= 20 * 60_000;
  sessionStorage.setItem("alarm110.caller", JSON.stringify(kept));
}"""
LINE = "No connection to the police now."


def keeping(stage, hall, **options):
    """Bring on a caller whose phone has kept the page."""
    caller = stage.caller(hall, service_workers="allow", **options)
    caller.open()
    caller.until(lambda: caller.page.evaluate(READY), seconds=20)
    return caller


def kept(caller):
    """Return what the phone keeps: one name, and the addresses under it."""
    names = caller.page.evaluate(KEPT)
    assert len(names) == 1, names
    return next(iter(names.items()))


def test_the_page_opens_on_a_dead_network_and_sends_the_tap_when_there_is_one(
    stage, hall
):
    caller = keeping(stage, hall)
    _, addresses = kept(caller)
    assert [one for one in addresses if not OURS.match(one)] == []
    assert "/" in addresses
    assert len(addresses) > 40

    caller.context.set_offline(True)
    caller.open()
    caller.sees(LINE)
    dial = caller.page.get_by_role("link", name="Call 110", exact=True)
    expect(dial).to_have_attribute("href", "tel:110")
    expect(dial).to_be_in_viewport()
    form = caller.page.locator(".alarm-form [name=id]")
    expect(form).to_have_value("")  # not that of an alarm from before

    caller.tap()
    caller.is_at("sending")
    caller.sees(
        "Not sent yet. This page keeps trying: keep it open. Call 110 now if you can."
    )
    age = caller.page.locator("[data-part=tap-age]")
    expect(age).to_have_text(re.compile(r"^You tapped \d+ s ago\.$"))
    caller.presses("Take the alarm back…")
    caller.button("Yes, take it back").click()
    caller.is_at("idle")
    caller.sees(LINE)

    caller.waits(SETTLED)
    caller.tap()
    caller.is_at("sending")
    caller.page.evaluate(PUT_ASIDE)
    caller.reloads()
    caller.sees("An alarm was never sent")
    expect(caller.page.locator("[data-part=old-age]")).to_contain_text("20 min ago")
    expect(caller.page.locator("[data-part=sending]")).to_be_hidden()
    caller.presses("Yes, send it now")
    caller.sees(
        "Not sent yet. This page keeps trying: keep it open. Call 110 now if you can."
    )
    caller.context.set_offline(False)
    caller.is_at("waiting", seconds=30)
    assert caller.number()
    # 20, or 21 where all this took half a minute.
    told = "(Tapped %(minutes)s min ago. This phone had no line until now.)"
    caller.sees(told, seconds=20)
    caller.hangs_up()
    caller.is_at("ended")


@pytest.fixture
def upgraded(stage):
    """Replace the styles by newer ones, as an upgrade does; put back at the end."""
    static = stage.served.home / "static"
    manifest = static / "staticfiles.json"
    before = manifest.read_text()

    def upgrade():
        paths = json.loads(before)
        old = paths["paths"]["dispatch/caller/phone.css"]
        new = "dispatch/caller/phone.0123456789ab.css"
        (static / new).write_text((static / old).read_text() + "#new { top: 0 }\n")
        paths["paths"]["dispatch/caller/phone.css"] = new
        manifest.write_text(json.dumps(paths))
        stage.served.restart_web()
        return f"/static/{old}", f"/static/{new}"

    yield upgrade
    manifest.write_text(before)
    stage.served.restart_web()


@pytest.mark.deep
def test_an_upgrade_is_taken_at_the_next_load_and_then_kept(stage, hall, upgraded):
    caller = keeping(stage, hall)
    name, addresses = kept(caller)
    old, new = upgraded()
    assert old in addresses

    styles = caller.page.locator("link[rel=stylesheet]").first

    def is_new():  # a server that has just started may answer too late once
        caller.reloads()
        return styles.get_attribute("href") == new

    def is_taken():  # and the worker may have met it: the next load tries again
        caller.reloads()
        caller.waits(1)
        names = list(caller.page.evaluate(KEPT))
        return len(names) == 1 and names != [name]

    caller.until(is_new, seconds=20)
    caller.until(is_taken, seconds=30)
    _, addresses = kept(caller)
    assert new in addresses
    assert old not in addresses
    caller.context.set_offline(True)
    caller.reloads()
    caller.sees(LINE)
    expect(styles).to_have_attribute("href", new)
