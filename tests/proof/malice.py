"""Frames that no page of ours sends, made from the declarations of those it does.

    source = Malice("seat", seed=7, ids=[...])
    next(source)     # text, or bytes for a binary frame

Each is a frame as declared, then spoilt in one way or several, or not at all: with ids
of others it is then a foreign request in good form. The same seed gives the same ones.
"""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from msgspec import inspect

from dispatch import commands
from tests.proof.frames import SIDES, frames

Pairs = list[tuple[str, str]]  # an object's names and values, the values as JSON

BAD_NUMBERS = [
    "NaN", "Infinity", "-Infinity", "1e999", "-1", "0.5", "-0", "01", "+1", "1e3",
    str(2**31), str(2**53), str(2**63), str(2**64), str(-(2**63) - 1), "9" * 400,
]  # fmt: skip
BAD_TEXTS = [
    '"\\ud83d"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u001b[2J"', '"\\u202e"', '""',
    '"<script>alert(1)</script>"', '"\'; DROP TABLE dispatch_call; --"', '"=1+1"',
    '"\ud7ff\uffff"', '"' + "x" * 2001 + '"', '"' + "警" * 4001 + '"', '"../../etc"',
]  # fmt: skip
OTHERS = ["null", "true", "[]", "{}", "[[[[]]]]", '{"a":{"b":{"c":1}}}', "17", '"?"']
DEEP = ["[" * 9000, '{"a":' * 9000, "[" * 500 + "]" * 500]
TAGS = ["", "Hello", "HELLO", "welcome", "ack", "error", "__class__", "drop_table"]


class Malice:
    """An endless source of frames for one side."""

    def __init__(self, side: str, seed: int, ids: Sequence[str] = ()) -> None:
        self.dice = random.Random(f"{side}{seed}")
        self.ids = list(ids)
        # Saying hello again is a frame as any other, old epochs and foreign ids in it.
        self.kinds = {"hello": commands.Hello, **frames(side)}
        self.foreign = sorted(
            {tag for other in SIDES for tag in frames(other)} - self.kinds.keys()
        )
        self._told = {tag: inspect.type_info(kind) for tag, kind in self.kinds.items()}

    def __iter__(self) -> Iterator[str | bytes]:
        return self

    def __next__(self) -> str | bytes:
        tag = self.dice.choice(list(self.kinds))
        pairs = [("type", json.dumps(tag)), *self._fields(self._told[tag])]
        roll = self.dice.random()
        if roll < 0.15:
            return _frame(pairs)  # in good form
        if roll < 0.85:
            for _ in range(self.dice.choice((1, 1, 1, 2, 3))):
                self._spoil(pairs)
            return _frame(pairs)
        return self._garble(_frame(pairs))

    # --- In good form ----------------------------------------------------------------

    def _fields(self, told: Any) -> Pairs:
        return [
            (field.encode_name, self._value(field.type))
            for field in told.fields
            if field.required or self.dice.random() < 0.6
        ]

    def _value(self, kind: Any) -> str:
        match kind:
            case inspect.Metadata():
                return self._value(kind.type)
            case inspect.UUIDType():
                return json.dumps(self._id())
            case inspect.IntType():
                least = kind.ge if kind.ge is not None else (kind.gt or 0) + 1
                most = kind.le if kind.le is not None else (kind.lt or 10) - 1
                return str(
                    self.dice.choice([least, most, self.dice.randint(least, most)])
                )
            case inspect.StrType():
                return json.dumps(self._text(kind))
            case inspect.BoolType():
                return self.dice.choice(["true", "false"])
            case inspect.LiteralType():
                return json.dumps(self.dice.choice(kind.values))
            case inspect.NoneType():
                return "null"
            case inspect.DictType():
                pairs = [(self._id(), self._value(kind.value_type)) for _ in range(2)]
                return _frame(pairs)
            case inspect.StructType():
                return _frame(self._fields(kind))
            case inspect.UnionType():
                return self._value(self.dice.choice(kind.types))
        if kind.__class__.__name__ == "CustomType":  # UNSET
            return "null"
        raise TypeError(f"nobody taught me {kind!r}")

    def _id(self) -> str:
        if self.ids and self.dice.random() < 0.7:
            return self.dice.choice(self.ids)
        return str(UUID(int=self.dice.getrandbits(128), version=4))

    def _text(self, kind: Any) -> str:
        pattern = kind.pattern or ""
        if pattern.startswith("^v=0"):
            return "v=0\r\n" + "a=x\r\n" * self.dice.randint(0, 40)
        if "A-Za-z0-9+/" in pattern:
            return "AAAA" * self.dice.randint(1, 500)
        length = self.dice.randint(kind.min_length or 0, min(kind.max_length or 40, 60))
        return "".join(self.dice.choice("ab 门9-") for _ in range(max(length, 1)))

    # --- Spoilt ----------------------------------------------------------------------

    def _spoil(self, pairs: Pairs) -> None:
        """Break an object in one way, in place."""
        dice, at = self.dice, self.dice.randrange(len(pairs))
        name, value = pairs[at]
        match dice.randrange(9):
            case 0:
                del pairs[at]
                if not pairs:
                    pairs.append(("", "0"))
            case 1:
                pairs.append((dice.choice(["is_admin", "seq", "", "id"]), self._any()))
            case 2:
                pairs[at] = name, dice.choice(BAD_NUMBERS)
            case 3:
                pairs[at] = name, dice.choice(BAD_TEXTS)
            case 4:
                pairs[at] = name, dice.choice(OTHERS)
            case 5:
                pairs.append((name, self._any()))  # the same name twice
            case 6:
                pairs[at] = name, dice.choice(DEEP)
            case 7:
                pairs[at] = "type", json.dumps(dice.choice([*TAGS, *self.foreign]))
            case 8:
                huge = dice.choice((70_000, 70_000, 20_000))
                pairs[at] = (
                    name,
                    json.dumps("x" * huge) if dice.random() < 0.2 else value,
                )
        if dice.random() < 0.1:
            dice.shuffle(pairs)

    def _any(self) -> str:
        return self.dice.choice([*BAD_NUMBERS, *BAD_TEXTS, *OTHERS])

    def _garble(self, text: str) -> str | bytes:
        """Break the text itself."""
        dice = self.dice
        match dice.randrange(6):
            case 0:
                return text[: dice.randrange(len(text))]
            case 1:
                return text.encode("utf-8", "replace")  # a binary frame
            case 2:
                return dice.randbytes(dice.randrange(1, 300))
            case 3:
                return "\ufeff" + text
            case 4:
                return text + dice.choice(["}", text, " ", "\n{}", "//"])
        return dice.choice(
            [*DEEP, "", " ", "null", "[1,2]", '"type"', "0", *BAD_NUMBERS]
        )


def _frame(pairs: Pairs) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in pairs) + "}"
