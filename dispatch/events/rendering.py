"""Entries as wire text, made once for all sockets of the same audience."""

from functools import lru_cache
from uuid import UUID

import msgspec

from reports.broadcast import Published
from reports.clock import wire_time
from reports.events import EVERYTHING, KINDS, project_for_caller

encode = msgspec.json.Encoder().encode


@lru_cache(maxsize=4096)
def for_seat(entry: Published) -> str:
    """Return the whole entry."""
    return _text(entry, entry.text)


@lru_cache(maxsize=4096)
def for_caller(entry: Published) -> str:
    """Return what a caller may see of the entry, or its bare number."""
    fields = KINDS[entry.kind].for_caller
    if fields == EVERYTHING:
        return _text(entry, entry.text)
    body = (
        project_for_caller(entry.kind, msgspec.json.decode(entry.text))
        if fields is not None
        else None
    )
    if body is None:
        return f'{{"stream":"{entry.stream}","seq":{entry.seq},"skip":true}}'
    return _text(entry, encode(body).decode())


def _text(entry: Published, data: str) -> str:
    return (
        f'{{"type":"{entry.kind}","stream":"{entry.stream}","seq":{entry.seq},'
        f'"at":"{wire_time(entry.at)}","author":{{"kind":"{entry.author_kind}"}},'
        f'"data":{data}}}'
    )


def heartbeat(heads: dict[UUID, int], at: str) -> str:
    """Return a heartbeat; by hand, as there are hundreds a second."""
    inner = ",".join([f'"{stream}":{head}' for stream, head in heads.items()])
    return f'{{"type":"heartbeat","heads":{{{inner}}},"at":"{at}"}}'
