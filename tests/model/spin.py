"""Runs Spin on the model: all its states, or the shortest way to one that is wrong."""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

MODEL = Path(__file__).with_name("switchboard.pml")
PARTS = sorted(MODEL.parent.glob("*.pml"))
MEGABYTES = 1000  # of memory; the largest run takes a third
PATIENCE = 240  # seconds; a run takes five where nothing else runs
BUG = re.compile(r"^#define ([A-Z_]+) (\d+) +/\* ", re.MULTILINE)
STEP = re.compile(r"proc +\d+ \((\w+)\) .*\[D_STEP(\d+)\]")


@dataclass(frozen=True)
class Variant:
    """The model with so many calls and seats, perhaps with a bug in it."""

    bug: str = ""
    calls: int = 2
    seats: int = 2
    claim: str = ""  # of what must happen in the end; none: what must never be

    @property
    def name(self) -> str:
        """Return what tests call it."""
        return self.bug or self.claim or f"{self.calls}_calls_at_{self.seats}_seats"


@dataclass(frozen=True)
class Verdict:
    """What Spin found."""

    broken: str  # the law that does not hold; empty if all hold everywhere
    states: int
    way: str  # to the state that is wrong, one step a line


def bugs() -> dict[str, int]:
    """Return the bugs that the model knows, by name."""
    text = MODEL.read_text(encoding="utf-8")
    return {name: int(number) for name, number in BUG.findall(text)}


def check_all(variants: list[Variant], folder: Path) -> dict[Variant, Verdict]:
    """Check variants, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        verdicts = pool.map(lambda each: check(each, folder / each.name), variants)
        return dict(zip(variants, verdicts, strict=True))


def check(variant: Variant, folder: Path) -> Verdict:
    """Look at every state of a variant; what must never be has the shortest way.

    Raises:
        RuntimeError: it could not be compiled, or was not looked through to the end.
    """
    folder.mkdir()
    for part in PARTS:
        shutil.copy2(part, folder)  # Spin writes beside them
    sizes = [f"-DCALLS={variant.calls}", f"-DSEATS={variant.seats}"]
    bug = bugs()[variant.bug] if variant.bug else 0
    live = ["-DLIVE"] if variant.claim else []
    _run(folder, "spin", *sizes, f"-DBUG={bug}", *live, "-a", MODEL.name)
    how, options = ["-DSAFETY", "-DBFS"], list[str]()
    if variant.claim:
        how = ["-DNOREDUCE", "-DNFAIR=4"]
        options = ["-a", "-f", "-m100000", "-N", variant.claim]
    optimized = "-O0" if variant.bug else "-O1"
    limit = f"-DMEMLIM={MEGABYTES}"
    _run(folder, "gcc", optimized, "-w", limit, *how, "-o", "pan", "pan.c")
    words = _run(folder, "./pan", "-n", *options)
    return _verdict(variant, words, folder)


def _verdict(variant: Variant, words: str, folder: Path) -> Verdict:
    states = re.search(r"(\d+) states, stored", words)
    errors = re.search(r"errors: (\d+)", words)
    if not states or not errors or "reached max" in words or "out of" in words:
        raise RuntimeError(f"not looked through: {words}")
    if errors[1] == "0":
        return Verdict("", int(states[1]), "")
    law = re.search(r"assertion violated (\w+)", words)
    is_cycle = "acceptance cycle" in words
    return Verdict(
        broken=law[1] if law else variant.claim if is_cycle else words[:200],
        states=int(states[1]),
        way=_way(variant, folder),
    )


def _way(variant: Variant, folder: Path) -> str:
    """Return the counter-example: who did what, as the model's own lines."""
    lines_of = {
        name: text.splitlines()
        for text in (part.read_text(encoding="utf-8") for part in PARTS)
        for name in re.findall(r"proctype (\w+)\(", text)
    }
    claim = ("-N", variant.claim) if variant.claim else ()
    trail = _run(folder, "./pan", "-r", *claim)
    lines = []
    for line in trail.splitlines():
        if "START OF CYCLE" in line:
            lines.append("--- and this for ever:")
        if step := STEP.search(line):
            source = lines_of[step[1]][int(step[2]) - 1]
            lines.append(f"{step[1]:12} {source.strip()}")
    return "\n".join(lines)


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    # Spin's own C code ends with the number of errors; a signal is another matter.
    if done.returncode < 0 or (done.returncode and command[0] != "./pan"):
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}"[-2000:])
    return done.stdout + done.stderr
