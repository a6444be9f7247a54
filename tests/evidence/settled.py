"""What a house whose loops go on has in its books and on its disk."""

from reports.models import EvidenceChunk
from reports.storage import evidence_storage
from tests.evidence.phones import Recorder
from tests.house import House


async def books_hold(house: House) -> None:
    """Assert that snapshot + entries = fresh snapshot; what is wrong stays wrong.

    Somebody may act between two looks.
    """
    for _ in range(5):
        try:
            await house.db(house.world.check)
            return
        except AssertionError:  # e.g. a phone was given up as lost just now
            continue
    await house.db(house.world.check)


async def stored_bytes(
    house: House, recorder: Recorder
) -> dict[tuple[int, int], bytes]:
    """Return what the storage really holds of a clip."""

    def read() -> dict[tuple[int, int], bytes]:
        rows = EvidenceChunk.objects.filter(clip__uuid=recorder.clip)
        found = {}
        for row in rows.select_related("clip"):
            with evidence_storage().open(row.key) as file:
                found[row.segment, row.index] = bytes(file.read())
        return found

    stored: dict[tuple[int, int], bytes] = await house.db(read)
    return stored
