"""From the list of incidents to a record, and to its table: told without a reload."""

import hashlib
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.browser.look import look, picture
from tests.browser.test_board import supervisor
from tests.browser.test_console_live import reads_live

# How far the list is wider than the screen, with the longest words usual in it.
TOO_WIDE = """() => {
  const words = {
    state_shown: "waiting silent, lost", agency: "Yantai Police Command Centre",
    category_shown: "Domestic violence (0305)", priority_shown: "Life in danger",
    outcome_shown: "Passed to another service",
    place_shown:
      "Outside all areas: 39.90000, 116.40000, ± 12 m (by the phone's position)",
  };
  const row = document.querySelector("#result_list tbody tr");
  for (const [name, text] of Object.entries(words))
    row.querySelector(`td.field-${name}`).textContent = text;
  const table = document.querySelector("#result_list");
  return table.getBoundingClientRect().right - innerWidth;
}"""


def test_a_table_is_taken_and_its_digest_told_without_a_reload(stage, hall, talking):
    caller, operator = talking(hall)
    reads_live(operator)
    page = supervisor(stage, hall)
    page.goto(f"{stage.served.url}/admin/reports/incident/")
    row = page.locator("#result_list tbody tr").first
    expect(row.locator(".field-state_shown")).to_contain_text("live")
    assert page.evaluate(TOO_WIDE) <= 0
    picture(page, "incidents-live")
    caller.hangs_up()
    expect(operator.page.locator("evidence-panel [data-part=ended]")).to_be_visible()

    page.reload()
    expect(row.locator(".field-state_shown")).to_contain_text("ended")
    row.locator("a").click()
    # A hand is slower than the page's scripts; the form itself works without them.
    expect(page.locator("record-export:defined")).to_be_visible()
    page.locator(".record-export > summary").click()
    page.get_by_label("Reason").fill("Monthly review")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download the table").click()
    told = page.locator(".record-message")
    expect(told).to_be_visible()
    expect(page.get_by_label("Reason")).to_be_hidden()
    picture(page, "record-taken")
    digest = hashlib.sha256(Path(taken.value.path()).read_bytes()).hexdigest()
    expect(told).to_contain_text(digest, timeout=10_000)
    expect(told).to_have_count(1)
    look(page, "record-told")

    # Who is quicker than the page's scripts has to wait for them: a press would end the
    # page's loading, and nobody would tell of the file.
    held: list[Route] = []
    page.route("**/record/record*.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    export = page.locator(".record-export > summary")
    expect(export).to_be_attached()
    expect(export).to_be_hidden()
    for route in held:
        route.continue_()
    expect(page.locator("record-export:defined")).to_be_attached()
    expect(export).to_be_visible(timeout=1000)

    # Scripts that never come do not keep the file from anybody.
    page.unroute("**/record/record*.js")
    page.route("**/record/record*.js", lambda route: route.abort())
    page.reload()
    expect(export).to_be_hidden()
    expect(export).to_be_visible(timeout=10_000)
