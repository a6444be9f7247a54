"""The desk: records, tables, figures, and what may be set."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.pictures.console import NOTES
from tests.pictures.phone import leaves, talk
from tests.pictures.rooms import HERE
from tests.pictures.studio import Studio

# A month of made-up calls in the rows, so that the figures have something to say.
PAST = Path(__file__).with_name("made_up_month.py").read_text(encoding="utf-8")


def records(studio: Studio) -> None:
    """What is kept of an alarm, as an auditor and a supervisor find it."""
    caller, operator = talk(studio)
    number = caller.number()
    place, notes = NOTES[studio.language]
    operator.field("Place").fill(place)
    operator.field("Notes").fill(notes)
    operator.chooses_category("0102")
    operator.knows_saved()
    operator.page.keyboard.press("Alt+p")
    operator.sees("Kept as evidence %(time)s")
    operator.waits(12)
    operator.ends_call()
    caller.is_at("ended")
    caller.waits(6)
    leaves(operator, is_in_call=False)
    page = studio.staff("han", f"/records/{number}/")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(6000)
    studio.keep(page, "desk-record")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    studio.keep(page, "desk-record-small", whole=True)


def tables(studio: Studio) -> None:
    """The lists and forms of the desk."""
    page = studio.staff("zhao", "/admin/reports/incident/")
    page.wait_for_load_state("networkidle")
    studio.keep(page, "desk-incidents")
    # Its number leads whoever may read it to the record; an administrator to the row.
    rows = studio.staff("tang", "/admin/reports/incident/")
    path = rows.locator("#result_list tbody tr a").first.get_attribute("href")
    _goes(studio, page, path or "")
    studio.keep(page, "desk-incident")
    for name, path in [
        ("desk-calls", "dispatch/call/"),
        ("desk-seats", "dispatch/seat/"),
    ]:
        _goes(studio, page, f"/admin/{path}")
        studio.keep(page, name)
    page = studio.staff("tang", "/admin/accounts/user/")
    page.wait_for_load_state("networkidle")
    studio.keep(page, "desk-staff")
    _goes(studio, page, "/admin/accounts/agency/")
    page.locator("#result_list tbody tr").nth(1).locator("th a").click()
    page.wait_for_load_state("networkidle")
    studio.keep(page, "desk-agency")


def figures(studio: Studio) -> None:
    """Service levels, staffing, and what an agency publishes."""
    if not studio.has_past:
        studio.served.manage("shell", "--verbosity=0", "-c", PAST)
        studio.has_past = True
    page = studio.staff("zhao", "/admin/service-levels/")
    page.wait_for_load_state("networkidle")
    studio.keep(page, "desk-levels")
    _goes(studio, page, "/admin/staffing/")
    # Whose month was made up: another's plan would say that it means nothing.
    page.locator("select[name=agency]").select_option(label=HERE[studio.language])
    page.locator(".figures-form [type=submit]").click()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".figures tbody tr")).to_have_count(24)
    studio.keep(page, "desk-staffing")
    _goes(studio, page, "/service-levels/370602/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    studio.keep(page, "desk-public")


def errors(studio: Studio) -> None:
    """What stands where nothing is."""
    page = studio.context(studio.phones, viewport={"width": 390, "height": 844},
                          device_scale_factor=2).new_page()  # fmt: skip
    page.goto(f"{studio.served.url}/nowhere/")
    studio.keep(page, "page-not-found")


def _goes(studio: Studio, page: Page, path: str) -> None:
    page.goto(studio.served.url + path)
    page.wait_for_load_state("networkidle")


SCENES = {
    "desk-record": records,
    "desk-tables": tables,
    "desk-figures": figures,
    "page-errors": errors,
}
