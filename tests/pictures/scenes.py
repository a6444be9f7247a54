"""All scenes, in the order in which they are played."""

from collections.abc import Callable

from tests.pictures import console, desk, film, phone, refused, rooms
from tests.pictures.studio import Studio

Scene = Callable[[Studio], None]
SCENES: dict[str, Scene] = {
    **phone.SCENES,
    **refused.SCENES,
    **console.SCENES,
    **rooms.SCENES,
    **desk.SCENES,
    **film.SCENES,
}
