"""Whose line a call can be given to: neighbours first, then every other agency."""

from accounts.models import Agency, Tier

MOST = 60  # a province's; more would not fit a screen, nor a frame


def neighbours_of(agency: Agency) -> list[dict[str, str]]:
    """Return name and id of the other agencies in service; two queries.

    Those that help this one come first, in the order in which they help.
    """
    ranks = Tier.objects.filter(agency=agency, is_active=True).values_list(
        "neighbour_id", "rank"
    )
    rank = dict(ranks)
    others = (
        Agency.objects.filter(is_active=True, is_synthetic=False)
        .exclude(pk=agency.pk)
        .only("uuid", "code", "name", "name_en")
    )
    near = sorted(others, key=lambda o: (o.pk not in rank, rank.get(o.pk, 0), o.code))
    return [
        {"agency": str(o.uuid), "name": o.name, "name_en": o.name_en}
        for o in near[:MOST]
    ]
