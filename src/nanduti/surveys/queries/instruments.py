"""Questions to instruments: their state in one line, what a version lacks, what changed between two."""

from __future__ import annotations

from ..models import EntityList, InstrumentVersion


def missing_media(*, version: InstrumentVersion) -> list[str]:
    """The files that the form needs and that neither were added nor are lists of entities."""
    definition = version.definition
    there = set(version.media.values_list("name", flat=True))
    lists = EntityList.objects.filter(programme=version.instrument.programme).values_list("name", flat=True)
    declared = [entity["list_name"] for entity in definition.get("entities", [])]
    there |= {f"{name}.csv" for name in [*lists, *declared]}
    return [name for name in definition.get("media", []) if name not in there]
