"""Whom one may ask into a call: other agencies say who is free before one asks."""

import re

from playwright.sync_api import expect

from tests.browser.look import look

KEYS = "(rows) => rows.map((row) => row.dataset.key)"
ASKED_AGAIN = 12_000  # milliseconds: every five seconds, on a busy machine


def test_where_nobody_is_free_nobody_can_be_asked(stage, talking, hall):
    away = stage.operator("ma")  # Laizhou; at Haiyang nobody sits
    away.page.locator("seat-chooser .seat-card:enabled").first.click()
    away.is_at("idle")
    away.becomes("ready")
    _, operator = talking(hall)
    operator.button("Transfer").first.click()
    finder = operator.page.locator("colleague-finder")
    rows = finder.get_by_role("option")
    empty, free = rows.filter(has_text="Haiyang"), rows.filter(has_text="Laizhou")
    expect(free).to_contain_text("1 free", timeout=ASKED_AGAIN)
    expect(empty).to_contain_text("nobody free")
    expect(empty).to_have_attribute("aria-disabled", "true")
    before = rows.evaluate_all(KEYS)

    # Neither by hand nor by key.
    ask = finder.locator("[data-part=do]")
    empty.scroll_into_view_if_needed()
    empty.click(force=True)
    expect(ask).to_be_disabled()
    typed = finder.get_by_role("combobox")
    typed.fill("Haiyang")
    typed.press("ArrowDown")
    expect(empty).to_have_attribute("aria-selected", "false")
    expect(ask).to_be_disabled()
    typed.fill("Laizhou")
    expect(free).to_have_attribute("aria-selected", "true")
    expect(ask).to_be_enabled()
    typed.fill("")
    free.click()
    look(operator.page, "console-others-en")

    # Whoever is chosen and goes is chosen no more; no row moves under the hand.
    order = rows.evaluate_all(KEYS)
    assert sorted(order) == sorted(before)
    away.becomes("off")
    expect(free).to_contain_text("nobody free", timeout=ASKED_AGAIN)
    expect(free).to_have_attribute("aria-selected", "false")
    expect(ask).to_be_disabled()
    assert rows.evaluate_all(KEYS) == order
    finder.get_by_text("Give it away at once").click()
    expect(free).to_contain_text(re.compile("nobody (ready|free yet)"))
    look(operator.page, "console-lines-of-others-en")
    away.button("Leave seat").click()
    away.is_at("choose")
