"""What can be asked for: sources of figures, and the columns of each, without reading any answers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from nanduti.indicators.unit_columns import UnitColumn, base_columns, described
from nanduti.methods.instruments import FILE_KINDS, IDENTIFYING
from nanduti.methods.instruments.frames import GEOMETRY_KINDS
from nanduti.programme.models import Coverage, Programme
from nanduti.register.models import Cluster, ProfileFact
from nanduti.surveys.models import Instrument, Wave
from nanduti.surveys.queries import tables

from ..materials.spec import REGISTER
from ..models import Publication

NO_COLUMNS = FILE_KINDS | GEOMETRY_KINDS | {"note", "metadata", "audit", "hidden"}
OWN = frozenset({"establishment", "pseudonym", "cluster", "place", "size_class", "trade"})


@dataclass(frozen=True)
class Source:
    """Where figures may come from; ``key`` stands in addresses: ``register``, ``census`` or ``census@2026-1``."""

    key: str
    label: str
    programme: Programme
    instrument: Instrument | None = None
    wave: str = ""

    @property
    def spec(self) -> dict[str, str]:
        """As the material's spec says it."""
        name = f"instrument:{self.instrument.code}" if self.instrument else REGISTER
        return {"source": name, "wave": self.wave}


def sources(*, programme: Programme) -> list[Source]:
    """The register, then each instrument; one asked in waves once for each wave."""
    found = [Source(REGISTER, _("The register"), programme)]
    waves: dict[int, list[Wave]] = {}
    for wave in Wave.objects.filter(instrument__programme=programme).order_by("-id")[:200]:
        waves.setdefault(wave.instrument_id, []).append(wave)
    for instrument in Instrument.objects.filter(programme=programme).order_by("title")[:200]:
        for wave in waves.get(instrument.pk, []):
            key, label = f"{instrument.code}@{wave.code}", f"{instrument} · {wave}"
            found.append(Source(key, label, programme, instrument, wave.code))
        if instrument.pk not in waves:
            found.append(Source(instrument.code, str(instrument), programme, instrument))
    return found


def source_by_key(*, programme: Programme, key: str) -> Source | None:
    """The source that an address means."""
    return next((s for s in sources(programme=programme) if s.key == key), None)


def columns(*, programme: Programme, source: Source) -> dict[str, UnitColumn]:
    """What figures of this source can be broken down by or add up; never what identifies."""
    found = dict(base_columns({}))
    if source.instrument is None:
        return found | _facts(programme)
    made = tables.frame(instrument=source.instrument, access=None, limit=1, choices_apart=False)
    by_path = {q.path: q for q in made.definition.questions}
    for column in made.tables.root.columns:
        question = by_path.get(column.path)
        is_kept = question is not None and question.sensitivity != IDENTIFYING
        if column.role != "answer" or not is_kept or question.kind in NO_COLUMNS:  # type: ignore[union-attr]
            continue
        name = f"answer_{column.name}" if column.name in OWN else column.name
        found[name] = described(made.definition, question, name, source.instrument.code)  # type: ignore[arg-type]
    return found


def _facts(programme: Programme) -> dict[str, UnitColumn]:
    """Numbers that the register holds about establishments."""
    rows = (
        ProfileFact.objects.filter(establishment__cluster__in=_covered(programme), value__isnull=False)
        .values_list("attribute", "label", "label_es", "unit")
        .order_by("attribute")
        .distinct()[:300]
    )
    found = {}
    for attribute, label, label_es, unit in rows:
        name = attribute.replace("-", "_")
        name = f"fact_{name}" if name in OWN else name
        labels = {"en": label or attribute, "es": label_es or label or attribute}
        found[name] = UnitColumn(name, "number", labels, unit=unit, source=f"register:{attribute}")
    return found


def _covered(programme: Programme) -> list[int]:
    return list(Coverage.objects.filter(programme=programme).values_list("cluster", flat=True))


def clusters(*, programme: Programme) -> list[Cluster]:
    """The clusters that a table may be narrowed to."""
    return list(Cluster.objects.filter(pk__in=_covered(programme)).order_by("name"))


def replaceable(*, programme: Programme) -> list[Publication]:
    """The newest version of everything that was published."""
    rows = Publication.objects.filter(programme=programme, replaced_by__isnull=True)
    return list(rows.order_by("title")[:300])
