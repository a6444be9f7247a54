"""Languages from requests: ours are shown, invented ones are refused and not kept."""

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from alarm110.catalog import phone_catalog_path
from tests.accounts.cast import PLAIN_STATIC

INVENTED = [f"en-x{number}" for number in range(100)]


def kept() -> set[str]:
    """Return the languages that this process holds in its memory."""
    return set(vars(trans_real)["_translations"])


@pytest.fixture
def browser(world, settings):
    settings.STORAGES = {**settings.STORAGES, **PLAIN_STATIC}
    with translation.override(translation.get_language()):  # requests leave theirs
        yield Client(raise_request_exception=False)


# Each door that takes a language from a stranger, and what it says to an invented one.
DOORS = {
    "words": lambda b, tag: b.get(f"/jsi18n/phone/{tag}/0123456789ab.js", secure=True),
    "manifest": lambda b, tag: b.get(f"/alarm.{tag}.webmanifest", secure=True),
    "switch": lambda b, tag: b.post(
        "/i18n/setlang/", {"language": tag, "next": "/"}, secure=True
    ),
    "schema": lambda b, tag: b.get(f"/api/v1/schema?lang={tag}", secure=True),
}


@pytest.mark.parametrize("door", DOORS)
def test_an_invented_language_is_refused_and_not_kept(browser, door):
    before = kept()
    answers = {DOORS[door](browser, tag).status_code for tag in INVENTED}
    assert answers == {404}
    assert kept() <= before | {"en", "zh-hans"}


def test_a_page_a_cookie_and_a_header_in_an_invented_language_keep_nothing(browser):
    before = kept()
    for tag in INVENTED:
        browser.cookies["django_language"] = tag
        for path in (
            "/",
            "/jsi18n/phone/",
            "/jsi18n/",
            f"/service-levels/?language={tag}",
        ):
            answer = browser.get(path, secure=True, headers={"accept-language": tag})
            assert answer.status_code == 200, path
    assert kept() <= before | {"en", "zh-hans"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_ours_are_served_and_their_words_kept_by_the_phone(browser, language):
    answer = browser.get(phone_catalog_path(language), secure=True)
    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    assert (
        browser.get(f"/api/v1/schema?lang={language}", secure=True).status_code == 200
    )
    chosen = browser.post(
        "/i18n/setlang/", {"language": language, "next": "/"}, secure=True
    )
    assert (chosen.status_code, chosen["Location"]) == (302, "/")
    assert browser.cookies["django_language"].value == language


def test_a_version_that_is_no_header_breaks_no_schema(browser):
    answer = browser.get("/api/v1/schema?version=a%0ab", secure=True)
    assert answer.status_code == 404
