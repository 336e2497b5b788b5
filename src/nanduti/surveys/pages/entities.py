"""Pages of entities: the lists that phones are given, one entity with all its versions, a clash settled by a person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link, show
from nanduti.register.names import names_for, scopes_named

from ..actions import entities as actions
from ..entities.applying import content_of, content_of_version, identifying_of
from ..entities.contents import Content
from ..forms.entities import EntityListForm, ResolveForm
from ..models import Entity, EntityList, EntityVersion, WaitingEntityUpdate
from ..queries import entities as queries

MANAGE = "manage_surveys"
KEPT = gettext_lazy("kept in the vault")
TONES = {"soft": "calm", "hard": "warn"}


@programme_page(item="field")
def entity_lists(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The lists that forms choose from."""
    rows = list(queries.lists(programme=frame.programme))
    clashes = queries.n_clashes(programme=frame.programme)
    n = sum(clashes.values())
    columns = [
        Col(
            "name",
            gettext_lazy("List"),
            value=str,
            phone=True,
            url=lambda r: frame.url("surveys:entity_list", r.pk),
        ),
        Col("kind", gettext_lazy("What it lists"), "choice", choices=EntityList.Kind.choices),
        Col("n_entities", gettext_lazy("Entities"), "number", phone=True),
        Col("clashes", gettext_lazy("Clashes"), "number", value=lambda r: clashes.get(r.pk, 0), phone=True),
    ]
    state = ngettext(
        "%(n)s entity was changed in two places at once and waits for somebody to decide.",
        "%(n)s entities were changed in two places at once and wait for somebody to decide.",
        n,
    ) % {"n": words.number(n)}
    return show(
        request,
        frame,
        title=_("Entity lists"),
        state=state if n else _("No clash waits for a decision."),
        action=link(frame.url("surveys:new_entity_list"), _("Make a list"))
        if frame.may_programme(MANAGE)
        else None,
        sections=[
            {
                "table": DataTable(rows, request, name="entity_lists", columns=columns),
                "empty_title": _("There is no list yet"),
                "empty_why": _(
                    "With a list, a form lets people choose a firm instead of typing its name again."
                ),
                "empty_url": frame.url("surveys:new_entity_list") if frame.may_programme(MANAGE) else "",
                "empty_label": _("Make a list"),
            }
        ],
    )


@programme_page(item="field", may=MANAGE, whole=True)
def new_entity_list(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Make a list."""
    form = EntityListForm(request.POST or None)

    def act(values: dict[str, Any]) -> None:
        assigned = values.pop("assigned")
        actions.make_entity_list(
            programme=frame.programme, values={**values, "filter": {"assigned": True} if assigned else {}},
            by=request.user,
        )  # fmt: skip

    return form_page(
        request, frame, form, act, title=_("Make a list"), back=frame.url("surveys:entity_lists"),
        save_label=_("Make the list"), done=_("The list is made. Attach it to a form by naming its file as the list."),
    )  # fmt: skip


def _list(frame: Frame, pk: int) -> EntityList:
    found = (
        EntityList.objects.filter(programme=frame.programme, pk=pk)
        .select_related("programme", "scope")
        .first()
    )
    if found is None:
        raise NotFound(kind=_("entity list"), code_given=str(pk))
    return found


@programme_page(item="field", may="read_sensitive")
def entity_list(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """One list: what stands on it, and what waits to be taken in."""
    found = _list(frame, pk)
    rows = queries.entities(entity_list=found, access=frame.access)
    clashing = request.GET.get("clash") == "1"
    if clashing:
        rows = rows.filter(has_clash=True)
    table = EntityTable(rows, request, columns=_columns(frame, found))
    waits = list(
        queries.waiting(entity_list=found).filter(scope__in=frame.access.scopes_with("read_sensitive"))[:200]
    )
    n = ngettext("%(n)s entity", "%(n)s entities", table.n) % {"n": words.number(table.n)}
    sections: list[dict[str, Any]] = [
        {
            "table": table,
            "empty_title": _("Nothing stands on this list yet"),
            "empty_why": _("Forms add to it, or the register fills it when a phone asks for it."),
            "links": [link("?clash=1", _("Only those with a clash"))]
            if not clashing
            else [link("?", _("All"))],
        }
    ]
    if waits:
        sections.append(_waiting(request, frame, waits))
    return show(
        request, frame, title=str(found), state=_state(found, n), sections=sections,
        back=link(frame.url("surveys:entity_lists"), _("Entity lists")),
    )  # fmt: skip


def _state(found: EntityList, n: str) -> str:
    said = _("%(n)s; %(kind)s.") % {"n": n, "kind": found.get_kind_display()}
    if found.filter.get("assigned"):
        said += " " + _("Each enumerator gets only the firms assigned to them.")
    if found.needs_approval:
        said += " " + _("What phones add waits for a supervisor.")
    return said


class EntityTable(DataTable):
    """The entities of a list."""

    name = "entities"
    caption = gettext_lazy("Entities")
    keys_first = True


def _columns(frame: Frame, found: EntityList) -> list[Col]:
    hidden = identifying_of(found)
    shown = [p["name"] for p in found.properties if p["name"] not in hidden][:8]
    return [
        Col("who", gettext_lazy("Entity"), value=lambda r: r.pseudonym or str(r.uuid)[:8], phone=True,
            url=lambda r: frame.url("surveys:entity", r.pk)),
        *(Col(f"p_{name}", name, value=lambda r, name=name: r.data.get(name, "")) for name in shown),
        Col("cluster", gettext_lazy("Cluster"), value=lambda r: str(r.cluster or "")),
        Col("number", gettext_lazy("Version"), "number"),
        Col("has_clash", gettext_lazy("State"), value=lambda r: _("clash") if r.has_clash else
            _("removed") if r.deleted_at else "", phone=True),
    ]  # fmt: skip


def _waiting(request: HttpRequest, frame: Frame, rows: list[WaitingEntityUpdate]) -> dict[str, Any]:
    columns = [
        Col("waits_since", gettext_lazy("Waits since"), "moment", phone=True),
        Col("who", gettext_lazy("Sent by"), value=lambda r: str(r.submission.enumerator or ""), phone=True),
        Col("branch_base", gettext_lazy("Made on version"), "number"),
        Col("open", "", value=lambda r: _("Open the answers"), phone=True,
            url=lambda r: frame.url("surveys:submission", r.submission_id)),
    ]  # fmt: skip
    return {
        "title": _("Waiting for the one before"),
        "intro": _("A phone made these offline, and the update that they build on has not arrived. After five days "
                   "they are taken as they are."),
        "table": DataTable(rows, request, name="waiting", columns=columns, prefix="w."),
    }  # fmt: skip


def _entity(frame: Frame, pk: int) -> Entity:
    rows = Entity.objects.filter(
        entity_list__programme=frame.programme, pk=pk, scope__in=frame.access.scopes_with("read_sensitive")
    )
    found = rows.select_related("entity_list__programme", "cluster__scope", "scope").first()
    if found is None:
        raise NotFound(kind=_("entity"), code_given=str(pk))
    return found


def _sees_names(frame: Frame, entity: Entity) -> bool:
    """Labels and identifying properties are names: shown to whoever was granted the names of the cluster."""
    return bool(entity.cluster_id) and entity.cluster.scope_id in scopes_named(access=frame.access)


def _shown(content: Content, entity: Entity, *, sees: bool) -> dict[str, str]:
    hidden = identifying_of(entity.entity_list)
    data = {n: (v if sees or n not in hidden else str(KEPT)) for n, v in content.data.items()}
    label = content.label if sees or content.label == entity.pseudonym else str(KEPT) if content.label else ""
    return {"label": label, **data} if label else data


@programme_page(item="field", may="read_sensitive")
def entity(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """One entity: what it holds, who said what, and a clash to be settled."""
    found = _entity(frame, pk)
    sees = _sees_names(frame, found)
    versions = queries.versions(entity=found)
    clashes = [v for v in versions if v.conflict and v.resolved_at is None]
    title = (
        names_for(access=frame.access, pseudonyms=[found.pseudonym]).get(found.pseudonym, "")
        or str(found.uuid)[:8]
    )
    may = frame.access.may(MANAGE, found.scope_id)
    return show(
        request,
        frame,
        title=title,
        state=_entity_state(found, clashes),
        back=link(frame.url("surveys:entity_list", found.entity_list_id), str(found.entity_list)),
        action=link(frame.url("surveys:resolve_entity", pk), _("Decide what holds"))
        if clashes and may
        else None,
        sections=[
            {
                "title": _("What it holds now"),
                "facts": list(_shown(content_of(found), found, sees=sees).items()),
            },
            {
                "title": _("What was said of it"),
                "table": _versions(request, frame, found, versions, sees=sees),
            },
            {"links": _entity_links(frame, found) if may else []},
        ],
    )


def _entity_links(frame: Frame, found: Entity) -> list[dict[str, Any]]:
    if found.deleted_at:
        return [link(frame.url("surveys:remove_entity", found.pk), _("Put it back on the lists"))]
    return [link(frame.url("surveys:remove_entity", found.pk), _("Take it off the lists"))]


def _entity_state(found: Entity, clashes: list[EntityVersion]) -> str:
    if found.deleted_at:
        return _("It was taken off the lists of all phones.")
    if any(v.conflict == "hard" for v in clashes):
        return _(
            "Two people changed the same thing without knowing of each other; the last one stands for now."
        )
    if clashes:
        return _("It was changed on an older version, about something else; look whether both are right.")
    return _("Version %(n)s; nothing clashes.") % {"n": words.number(found.number)}


def _versions(
    request: HttpRequest, frame: Frame, found: Entity, versions: list[EntityVersion], *, sees: bool
) -> DataTable:
    def said(version: EntityVersion) -> str:
        content = content_of_version(found, version)
        return "; ".join(f"{n}: {v}" for n, v in _shown(content, found, sees=sees).items())

    def who(version: EntityVersion) -> str:
        if version.submission_id:
            return str(version.submission.enumerator or _("answers"))
        return str(version.made_by or _("register"))

    columns = [
        Col("number", gettext_lazy("Version"), "number", phone=True),
        Col("made_at", gettext_lazy("When"), "moment"),
        Col("who", gettext_lazy("Who"), value=who, phone=True,
            url=lambda v: frame.url("surveys:submission", v.submission_id) if v.submission_id else None),
        Col("base_number", gettext_lazy("Made on"), "number"),
        Col("said", gettext_lazy("Said"), value=said, phone=True),
        Col("conflict", gettext_lazy("Clash"), "chip", choices=EntityVersion.Conflict.choices,
            tone=lambda c: TONES.get(c, ""), value=lambda v: v.conflict if v.resolved_at is None else ""),
    ]  # fmt: skip
    return DataTable(versions, request, name="versions", columns=columns)


@programme_page(item="field", may=MANAGE)
def resolve_entity(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Settle a clash: what each version says, and what shall hold."""
    found = _entity(frame, pk)
    frame.access.require(MANAGE, found.scope_id)
    sees = _sees_names(frame, found)
    present = _shown(content_of(found), found, sees=sees)
    editable = [n for n in present if present[n] != str(KEPT)]
    seen = int(request.POST.get("seen") or 0) if str(request.POST.get("seen", "")).isdigit() else found.number
    form = ResolveForm(request.POST or None, names=editable, present=present)

    def act(values: dict[str, Any]) -> None:
        actions.resolve_conflict(
            entity=found, chosen=form.chosen(), resolution=values["resolution"], number=seen, by=request.user
        )

    versions = queries.versions(entity=found)
    return form_page(
        request, frame, form, act, title=_("Decide what holds"), back=frame.url("surveys:entity", pk),
        save_label=_("So it is"), done=_("Settled. Phones get it with the next update of their lists."),
        state=_("What stands below holds now. Correct what is wrong; leave what is right."),
        before=_versions(request, frame, found, versions[:5], sees=sees), seen=found.number,
        template="surveys/entities_resolve.html",
    )  # fmt: skip


@programme_page(item="field", may=MANAGE)
def remove_entity(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take an entity off the lists, or put it back."""
    found = _entity(frame, pk)
    if not frame.access.may(MANAGE, found.scope_id):
        raise NotAllowed(capability=MANAGE)
    form = EntityRemoval(request.POST if request.method == "POST" else None)
    is_back = found.deleted_at is not None

    def act(values: dict[str, Any]) -> None:
        (actions.bring_back_entity if is_back else actions.remove_entity)(entity=found, by=request.user)

    return form_page(
        request, frame, form, act,
        title=_("Put it back on the lists") if is_back else _("Take it off the lists"),
        back=frame.url("surveys:entity", pk),
        save_label=_("Put it back") if is_back else _("Take it off"),
        done=_("Done. Phones see it with the next update of their lists."),
    )  # fmt: skip


class EntityRemoval(ResolveForm):
    """Nothing but the decision itself."""
