"""``python -m tests.bench [taps] [rooms] [race] [chunks] … [--quick] [--json F]``."""

import argparse
import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.bench import board, chunks, picture, race, relay, rooms, taps, wave

BENCHES: dict[str, Any] = {
    "taps": taps,
    "rooms": rooms,
    "race": race,
    "picture": picture,
    "chunks": chunks,
    "relay": relay,
    "wave": wave,
    "board": board,
}
SHORT_FORM = ["taps", "rooms"]
SECONDS, QUICK_SECONDS = 20.0, 5.0
ROUNDS, QUICK_ROUNDS = 3, 1


def main() -> int:
    """Run what was asked for; 0 if every goal was reached."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=SHORT_FORM)
    parser.add_argument("--quick", action="store_true", help="one short round of each")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    options = parser.parse_args()
    seconds = QUICK_SECONDS if options.quick else SECONDS
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    results: dict[str, Any] = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    for name in options.names:
        print(f"{name} ...", flush=True)
        try:
            results[name] = asyncio.run(
                BENCHES[name].run(rounds=rounds, seconds=seconds)
            )
        except pytest.skip.Exception as missing:
            print(f"cannot measure {name}: {missing}", file=sys.stderr)
            return 1
    print()
    for name in options.names:
        print("\n".join(BENCHES[name].table(results[name])))
    path = options.json
    if path is None and (home := os.environ.get("ALARM110_HOME")):
        path = Path(home) / "bench.json"
    if path is not None:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0 if all(results[name]["passed"] for name in options.names) else 1


if __name__ == "__main__":
    sys.exit(main())
