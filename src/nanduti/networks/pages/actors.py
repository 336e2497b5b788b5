"""Pages of single actors: its own surroundings; and of those who were named and are not known."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.networks import Network
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link, show
from nanduti.surveys.models import RecordLink

from .. import drawing, picture
from ..actions import ties as actions
from ..forms import WhoForm
from ..models import Nomination, Tie, TieActor
from ..queries.attributes import attributes_of
from ..queries.measures import network_of
from ..queries.ties import Ties, actor_of
from .common import EDIT, chosen, kinds_meant, names_of, register_url, ties_of
from .map import address, lines_of
from .ties import SOURCES


@programme_page(step=3, item="networks")
def actor(request: HttpRequest, frame: Frame, actor: str) -> HttpResponse:
    """An actor among its partners: a small picture, its ties, and what the round says of it."""
    choice = chosen(request, frame)
    ties = ties_of(frame, choice)
    code = actor.strip()[:40]
    if code not in set(ties.actors["actor"].to_list()):
        # Perhaps in another round than the one chosen.
        other = actor_of(programme=frame.programme, pseudonym_=code)
        if other is None or not frame.access.may("read_sensitive", other.scope_id):
            raise NotFound(kind="actor", code_given=code)
        code = other.pseudonym
    kinds = kinds_meant(choice, ties)
    shown = names_of(frame, [code], with_kept=choice.sees_all).get(code, code)
    rows = ties.of_kinds(tuple(ties.kinds)).filter((pl.col("source") == code) | (pl.col("target") == code))
    rounds = {wave.code: str(wave) for wave in choice.waves}
    table = _ties_table(request, frame, ties, rows, code, rounds)
    if table.wants_export:
        return table.export()
    network = network_of(ties, kinds=kinds) if ties.n else None
    return render(
        request,
        "networks/actor.html",
        {
            "title": shown,
            "state": _actor_state(network, code, choice.title),
            "back": link(address(frame, "networks:map", find=code, **choice.args()), _("Relation map")),
            "picture": _ego_picture(frame, ties, network, kinds, code),
            "table": table,
            "frame_of": frame,
            "register_url": register_url(code),
            "silent": ties.missing.get(code, ""),
            "sees": "sensitive" if choice.sees_all else "open",
        },
    )


def _actor_state(network: Network | None, code: str, round_: str) -> str:
    if network is None or code not in network.actors:
        return _("No tie is known of it in this round (%(round)s).") % {"round": round_}
    row = network.index(code)
    n = int(network.either.indptr[row + 1] - network.either.indptr[row])
    return ngettext("It has %(n)s partner (%(round)s).", "It has %(n)s partners (%(round)s).", n) % {
        "n": words.number(n),
        "round": round_,
    }


def _ego_picture(
    frame: Frame, ties: Ties, network: Network | None, kinds: tuple[str, ...], code: str
) -> picture.RelationMap | None:
    """The actor, its partners, and the ties among them."""
    if network is None or code not in network.actors:
        return None
    row = network.index(code)
    around = network.either.indices[network.either.indptr[row] : network.either.indptr[row + 1]]
    if not 0 < len(around) <= 150:
        return None
    part = network.part([code, *(network.actors[other] for other in around)])
    inside = set(part.actors)
    some = ties.frame.filter(pl.col("source").is_in(list(inside)) & pl.col("target").is_in(list(inside)))
    known = attributes_of(ties, programme=frame.programme, cluster=frame.cluster, access=frame.access)
    sizes = dict(zip(known.frame["actor"].to_list(), known.values("size_class"), strict=True))
    marks, legend = picture.marks_of([sizes.get(str(a)) for a in part.actors], known.labels("size_class"))
    from dataclasses import replace

    return picture.RelationMap(
        part,
        drawing.drawn(part),
        lines_of(replace(ties, frame=some), part, kinds),
        marks,
        legend=legend if len(legend) > 1 else [],
        title=_("%(who)s and its partners") % {"who": code},
        told=ngettext(
            "%(n)s partner. The table below says the same.",
            "%(n)s partners. The table below says the same.",
            len(around),
        )
        % {"n": words.number(len(around))},
        url=lambda other: frame.url("networks:actor", other),
        found=frozenset([code]),
    )


def _ties_table(
    request: HttpRequest, frame: Frame, ties: Ties, rows: pl.DataFrame, code: str, rounds: Mapping[str, str]
) -> DataTable:
    labels = {kind: about.said for kind, about in ties.kinds.items()}
    ready = [
        {
            **row,
            "partner": row["target"] if row["source"] == code else row["source"],
            "way": "out" if row["source"] == code else "in",
        }
        for row in rows.to_dicts()
    ]
    directed = {kind for kind, about in ties.kinds.items() if about.is_directed}
    ways = {"out": _("to the partner"), "in": _("from the partner"), "both": _("both ways")}
    for row in ready:
        row["way"] = row["way"] if row["kind"] in directed else "both"
    columns = [
        Col(
            "partner",
            gettext_lazy("Partner"),
            "code",
            phone=True,
            sortable=True,
            url=lambda r: frame.url("networks:actor", r["partner"]),
        ),
        Col(
            "kind", gettext_lazy("Kind"), "choice", choices=labels, filter="choice", phone=True, sortable=True
        ),
        Col("way", gettext_lazy("Direction"), "choice", choices=ways, phone=True),
        Col("strength", gettext_lazy("Strength"), "number", sortable=True),
        Col("state", gettext_lazy("State"), "choice", choices=Tie.State.choices),
        Col("began_on", gettext_lazy("Since"), "day"),
        Col("wave", gettext_lazy("Round"), value=lambda r: rounds.get(r["wave"], r["wave"])),
        Col("cited", gettext_lazy("Source"), value=lambda r: SOURCES.get(r["cited"], r["cited"]) or "–"),
    ]
    return DataTable(ready, request, name="partners", columns=columns, caption=_("Ties"))


# --- named, not known


@programme_page(step=3, item="networks", may="read_sensitive")
def named(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Those who were named and are not in the register: the work of finding out who they are."""
    rows = TieActor._base_manager.filter(
        programme=frame.programme,
        establishment__isnull=True,
        organisation__isnull=True,
        person__isnull=True,
        scope__in=frame.access.scopes_with("read_sensitive"),
    ).annotate(n_named=Count("nominations_received", distinct=True), n_ties=Count("ties_in", distinct=True))
    if frame.cluster:
        rows = rows.filter(cluster=frame.cluster)
    columns = _named_columns(frame)
    table = DataTable(
        rows.order_by("id"), request, name="named", columns=columns, caption=_("Named, not known")
    )
    if table.wants_export:
        return table.export()
    n_open = rows.filter(state=TieActor.State.NAMED).count()
    return render(
        request,
        "networks/table.html",
        {
            "title": _("Named, not known"),
            "state": ngettext(
                "%(n)s who was named is still to be found in the register.",
                "%(n)s who were named are still to be found in the register.",
                n_open,
            )
            % {"n": words.number(n_open)},
            "back": link(frame.url("networks:map"), _("Relation map")),
            "table": table,
            "frame_of": frame,
            "intro": _(
                "Whoever is named and not known is kept, never dropped: find them in the register, or register "
                "them first. All ties that were told of them are theirs at once."
            ),
            "empty_title": _("Everybody who was named is known"),
            "empty_why": _(
                "When a roster names somebody who is not in the register, they stand here until somebody says "
                "who it is."
            ),
        },
    )


def _named_columns(frame: Frame) -> list[Col]:
    return [
        Col(
            "code",
            gettext_lazy("Kept as"),
            "code",
            sortable=True,
            phone=True,
            url=lambda r: (
                frame.url("networks:say_who", r.pk)
                if frame.may(EDIT)
                else frame.url("networks:actor", r.code)
            ),
        ),
        Col(
            "state",
            gettext_lazy("State"),
            "choice",
            choices=TieActor.State.choices,
            filter="choice",
            phone=True,
            sortable=True,
        ),
        Col("n_named", gettext_lazy("Named so often"), "number", sortable=True, phone=True),
        Col("n_ties", gettext_lazy("Ties from others"), "number", sortable=True),
        Col("created_at", gettext_lazy("Since"), "moment", sortable=True),
    ]


@programme_page(step=3, item="networks", may=EDIT)
def say_who(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Say which record of the register somebody is, or that nobody knows."""
    row = TieActor._base_manager.filter(programme=frame.programme, pk=pk).select_related("cluster").first()
    if row is None or row.record is not None:
        raise NotFound(kind="actor", code_given=str(pk))
    for capability in (EDIT, "read_sensitive"):
        if not frame.access.may(capability, row.scope_id):
            raise NotAllowed(capability=capability)
    is_nobody = request.POST.get("nobody") == "1"
    form = WhoForm(request.POST or None) if not is_nobody else WhoForm()
    if is_nobody:
        actions.say_nobody_knows(actor=row, version=row.version, by=request.user)
        messages.success(request, _("Written down; the ties stay on the map."))
        return redirect(frame.url("networks:named"))
    if (
        request.method == "POST"
        and form.is_valid()
        and form.try_to(
            actions.say_who,
            actor=row,
            pseudonym=form.cleaned_data["pseudonym"],
            access=frame.access,
            by=request.user,
        )
    ):
        messages.success(request, _("It is known now who was meant."))
        return redirect(frame.url("networks:named"))
    response = show(
        request,
        frame,
        template="networks/say_who.html",
        title=_("Who is %(code)s?") % {"code": row.code},
        state=_("Somebody named them; the name stands sealed in the answer."),
        back=link(frame.url("networks:named"), _("Named, not known")),
        form=form,
        sections=[
            {
                "title": _("Where they were named"),
                "table": _nominations(request, frame, row),
                "empty_title": _("In no roster"),
                "empty_why": _("The tie was written down by hand or imported under this nickname."),
            }
        ],
        register_url=reverse("register:home"),
    )
    response.status_code = form.status
    return response


def _nominations(request: HttpRequest, frame: Frame, row: TieActor) -> DataTable:
    found = list(
        Nomination._base_manager.filter(named=row)
        .select_related("wave", "teller__establishment", "teller__organisation", "teller__person")
        .order_by("id")[:200]
    )
    links = RecordLink._base_manager.filter(
        record_kind="networks.nomination", record_id__in=[str(n.pk) for n in found]
    ).values_list("record_id", "submission_id")
    answers = dict(links)
    columns = [
        Col(
            "teller",
            gettext_lazy("Who named them"),
            "code",
            value=lambda n: str(n.teller),
            phone=True,
            url=lambda n: frame.url("networks:actor", n.teller.pseudonym),
        ),
        Col("wave", gettext_lazy("Round"), value=lambda n: str(n.wave), phone=True),
        Col("row", pgettext_lazy("of a roster", "Row")),
        Col(
            "answer",
            gettext_lazy("Answer"),
            phone=True,
            value=lambda n: _("Open the answer") if str(n.pk) in answers else "–",
            url=lambda n: (
                frame.url("surveys:submission", answers[str(n.pk)]) if str(n.pk) in answers else None
            ),
        ),
    ]
    return DataTable(found, request, name="nominations", columns=columns)
