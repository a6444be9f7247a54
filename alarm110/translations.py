"""Compiles the catalogues: a fresh machine has no gettext tools, git has no .mo."""

from collections.abc import Iterable
from pathlib import Path

import polib


def compile_catalogues(folders: Iterable[Path]) -> list[Path]:
    """Compile every .po that is newer than its .mo; return what was written."""
    written = []
    for folder in folders:
        for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if _is_current(source, target):
                continue
            # In one step: a start beside a running server must not show it half a file.
            fresh = target.with_name(f"{target.name}.new")
            polib.pofile(str(source)).save_as_mofile(str(fresh))
            fresh.replace(target)
            written.append(target)
    return written


def _is_current(source: Path, target: Path) -> bool:
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime
