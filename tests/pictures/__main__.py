"""``./run pictures [NAMES…]``: take the pictures whose scenes begin so, or all.

``en`` or ``zh`` among the names takes one language only. The gallery is made anew.
"""

import os
import signal
import sys
import tempfile
import time
import traceback

import django

from tests.browser.words import Language
from tests.pictures import gallery, scenes
from tests.pictures.studio import Studio, open_studio

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def main(names: list[str]) -> int:
    """Take the pictures; return 1 if a scene broke off, 2 if there is none so named."""
    languages = [one for one in LANGUAGES if one in names] or list(LANGUAGES)
    starts = tuple(name for name in names if name not in LANGUAGES) or ("",)
    wanted = {n: do for n, do in scenes.SCENES.items() if n.startswith(starts)}
    if not wanted:
        print("There are the scenes " + ", ".join(scenes.SCENES))
        return 2
    todo = [(language, name) for language in languages for name in wanted]
    kept, failed = [], []
    while todo:
        # A scene that broke off leaves calls and seats behind: then all begins anew.
        with open_studio() as studio:
            while todo:
                language, name = todo.pop(0)
                studio.language = language
                if not _is_taken(studio, name, wanted[name]):
                    failed.append(f"{name} ({language})")
                    break
        kept += studio.kept
    gallery.write()
    print(f"{len(kept)} pictures.")
    if missing := gallery.missing():
        print("There are none yet of " + ", ".join(missing))
    if failed:
        print("Not whole: " + ", ".join(failed))
    return bool(failed)


def _is_taken(studio: Studio, name: str, play: scenes.Scene) -> bool:
    """Play a scene; return whether it came to its end."""
    began = time.monotonic()
    try:
        with studio.exits:
            play(studio)
    except Exception:  # the others are taken all the same
        traceback.print_exc()
        return False
    print(f"{name} ({studio.language}): {time.monotonic() - began:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    # Whoever stops us must not leave a server behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    # The words of the pages are looked up in Django's catalogues, the packages' too.
    os.environ["DJANGO_SETTINGS_MODULE"] = "alarm110.settings"
    with tempfile.TemporaryDirectory() as home:
        os.environ["ALARM110_HOME"] = home
        django.setup()
        sys.exit(main(sys.argv[1:]))
