"""A firm found on the phone and entered in the register by the same answers is one thing, not two."""

from __future__ import annotations

from ..models import Entity, EntityList
from ..reading import Reading, step
from .applying import _changed


@step("entities of the register", 60, in_bulk=True)
def link(readings: list[Reading]) -> None:
    """After the mappings: entities that these answers made stand for the establishment that they made."""
    about = {r.submission.pk: r.submission.establishment for r in readings if r.submission.establishment_id}
    rows = Entity._base_manager.filter(
        entity_list__kind=EntityList.Kind.ESTABLISHMENTS,
        pseudonym="",
        versions__number=1,
        versions__submission__in=about,
    )
    for entity in rows.select_related("entity_list").distinct():
        made_by = entity.versions.get(number=1).submission_id
        establishment = about[made_by]
        taken = Entity._base_manager.filter(entity_list=entity.entity_list, pseudonym=establishment.pseudonym)
        if taken.exists():
            continue
        entity.pseudonym, entity.cluster_id = establishment.pseudonym, establishment.cluster_id
        entity.save(update_fields=["pseudonym", "cluster", "changed_at"])
        _changed(entity.entity_list)
