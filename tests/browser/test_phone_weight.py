"""What a phone must fetch before the alarm button works, on a thin line."""

import gzip
import re

import pytest

MOST = 64 * 1024  # bytes, compressed, all in all
LATER = ("recorder", "uploader", "media_leg", "live.", "officer_frame")
LATE = re.compile(r"/(recorder|officer_frame)\.[0-9a-f]+\.js$")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_light_and_the_rest_comes_later(stage, language):
    caller = stage.caller(None, language, permissions=[])
    caller.context.add_init_script("window.requestIdleCallback = () => 0;")
    answers = []
    caller.page.on("response", lambda answer: answers.append(answer))
    caller.open()
    caller.page.wait_for_load_state("networkidle")
    ours = [one for one in answers if one.ok and "/api/" not in one.url]
    assert len(ours) > 20
    assert not [one.url for one in ours if any(name in one.url for name in LATER)]
    weight = sum(len(gzip.compress(one.body())) for one in ours)
    print(f"\nfigure: the page before the button works ({language}): {weight} bytes")
    assert weight <= MOST


def test_modules_that_a_bad_line_lost_are_asked_for_again(stage, hall):
    caller = stage.caller(hall)
    lost = []

    def lose(route):
        lost.append(route.request.url)
        route.abort()

    caller.page.route(LATE, lose)
    caller.open()
    caller.tap()
    caller.is_at("waiting")
    caller.until(lambda: len(lost) >= 2)
    caller.writes("It works without them")
    caller.knows_kept("It works without them")
    caller.page.unroute(LATE)
    caller.sees("Recording, kept by the police", seconds=30)
