"""A frame over its limit: which command it was is told, and it is not read for that."""

import json
from uuid import UUID, uuid4

import pytest

from dispatch.consumers.incoming import id_at_an_end, id_in


@pytest.mark.parametrize("where", ["first", "last", "in bytes"])
async def test_a_frame_that_is_too_large_is_refused_by_its_id(house, where):
    lin = await house.phone()
    mine, text = {"id": str(uuid4())}, {"text": "語" * 30_000}
    body = {**text, **mine} if where == "last" else {**mine, **text}
    frame = {"type": "post_message", **body}
    answer = lin.expect("error")
    await lin.raw(json.dumps(frame, ensure_ascii=where != "in bytes"))

    heard = await answer
    assert (heard["code"], heard["id"]) == ("too_large", mine["id"])


def test_a_frame_that_is_too_large_is_looked_at_near_its_ends_only():
    command = str(uuid4())
    hidden = json.dumps({"text": "x" * 600, "id": command, "more": "y" * 600})

    assert id_in(hidden) == UUID(command)
    assert id_at_an_end(hidden) is id_at_an_end(hidden.encode()) is None
