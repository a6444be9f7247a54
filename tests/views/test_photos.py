"""Copies of photos: drawn anew, upright, small enough, and nothing else comes along."""

import hashlib
from io import BytesIO

import pytest
from PIL import Image

from reports.copies.photos import is_jpeg
from tests.views.conversions import convert, refusal
from tests.views.pictures import encoded, jpeg, png_bomb

GPS = 0x8825


def test_a_photo_s_place_is_gone_from_the_copy_and_stays_in_the_original():
    original = jpeg(place=True)
    made = convert("photo", original)

    assert Image.open(BytesIO(original)).getexif().get_ifd(GPS)
    picture = made.picture()
    assert not picture.getexif()
    assert b"Exif" not in made.content
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert made.copied.mime == "image/jpeg"
    assert made.copied.sha256 == hashlib.sha256(made.content).hexdigest()


@pytest.mark.parametrize(
    ("turn", "size", "red_at"),
    [
        (1, (320, 200), (10, 100)),
        (3, (320, 200), (310, 100)),
        (6, (200, 320), (100, 10)),
        (8, (200, 320), (100, 310)),
    ],
)
def test_a_photo_is_shown_upright(turn, size, red_at):
    picture = convert("photo", jpeg(turn=turn)).picture()

    assert picture.size == size
    red, _, blue = colour(picture, red_at)
    assert red > 200 > 60 > blue


def colour(picture: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    pixel = picture.getpixel(place)
    assert isinstance(pixel, tuple)
    return pixel


@pytest.mark.parametrize(
    ("size", "shown"),
    [((4000, 3000), (2048, 1536)), ((600, 9000), (137, 2048)), ((90, 70), (90, 70))],
)
def test_a_photo_is_made_small_enough_and_never_larger(size, shown):
    assert convert("photo", jpeg(*size)).picture().size == shown


SORTS = [
    *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
    *(("PNG", mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1", "I;16")),
    *(("WEBP", mode) for mode in ("RGB", "RGBA")),
]


@pytest.mark.parametrize(("format", "mode"), SORTS)
def test_every_sort_of_picture_becomes_a_jpeg(format, mode):
    picture = convert("photo", encoded(format, mode)).picture()
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (64, 48))


def test_what_is_see_through_is_white():
    file = BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(file, "PNG")
    assert min(colour(convert("photo", file.getvalue()).picture(), (5, 5))) > 250


def test_half_a_photo_is_shown_as_far_as_it_goes():
    whole = jpeg(800, 600)
    made = convert("photo", whole[: len(whole) // 2])

    assert made.picture().size == (800, 600)
    assert made.copied.note == "cut_short:0"


def test_the_largest_photo_that_is_drawn_fits_into_the_memory_there_is():
    made = convert("photo", png_bomb(8000, 5000))
    assert made.picture().size == (2048, 1280)


def test_one_pixel_row_more_is_too_many():
    assert refusal("photo", png_bomb(8000, 5001)) == "too_many_pixels"


@pytest.mark.parametrize(
    ("content", "is_one"),
    [
        (jpeg(), True),
        (jpeg(place=True), True),
        (jpeg()[:200], False),
        (jpeg()[:3] + b"<script>", False),
        (encoded("PNG"), False),
        (b"", False),
        (b"\xff\xd8\xff\xe0 a picture \xff\xd9", False),
    ],
    ids=["photo", "with a place", "cut", "script", "png", "empty", "words"],
)
def test_a_seat_s_picture_must_be_a_jpeg(content, is_one):
    assert is_jpeg(content) is is_one


def test_a_seat_s_picture_of_too_many_pixels_is_none():
    whole = bytearray(jpeg())
    at = whole.index(b"\xff\xc0") + 5
    whole[at : at + 4] = b"\x27\x10\x27\x10"  # 10,000 × 10,000
    assert not is_jpeg(bytes(whole))
