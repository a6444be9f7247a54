"""A real server with one police force, two seats and two operators: soon started."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.halls import Hall, write_region
from tests.served import Served, serve

HALL = Hall(1, staff=2)


@contextmanager
def small_server(
    folder: Path, *, extra_env: Mapping[str, str] | None = None, **options: Any
) -> Iterator[Served]:
    """Serve one hall, which also takes what has no place."""
    region = write_region(folder, [HALL], default=True)
    env = {"ALARM110_REGION": str(region), **(extra_env or {})}
    with serve(extra_env=env, **options) as served:
        yield served
