"""Same firm or not: clusters, the pairs of a cluster, one pair, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from nanduti.foundation.errors import NotAllowed
from nanduti.foundation.work import present
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col
from nanduti.methods.values import PersonError
from nanduti.vault.fields import Field
from nanduti.vault.looking import in_order

from ..duplicates import actions, forms, queries, wording
from ..errors import NoNamesGranted
from ..models import Cluster, DuplicateDecision, DuplicatePair, DuplicateSearch, Establishment
from ..names import names_for
from ..queries import vault
from .common import NamedTable, access_of, actor_url, page
from .contact import fields_said as _fields_said

Decision = DuplicateDecision.Decision
TONES = {"likely": "warn", "same": "good", "not_sure": "calm"}
SHOWN_DECISIONS = 30


def fields_said(fields: Iterable[str]) -> str:
    """Kinds of identifying values in the order in which people expect them."""
    return _fields_said(in_order(list(fields)))


# --- all clusters


@page
def home(request: HttpRequest) -> HttpResponse:
    """The clusters in which the viewer may look for doubles, with what waits in each."""
    mine = queries.clusters_to_judge(access=access_of(request))
    if not mine:
        raise NoNamesGranted() if access_of(request).may("edit_register") else NotAllowed(capability="reveal")
    searches = queries.newest_searches(clusters=mine)
    open_in = queries.n_open(searches=list(searches.values()))
    rows = [_cluster_row(cluster, searches.get(cluster.pk), open_in) for cluster, _fields in mine]
    n = sum(row["n"] or 0 for row in rows)
    return render(
        request,
        "register/duplicates_home.html",
        {
            "title": _("Same firm or not"),
            "state": _pairs_said(n) if n else _("No pair waits for a decision."),
            "rows": sorted(rows, key=lambda row: -(row["n"] or 0)),
        },
    )


def _cluster_row(cluster: Cluster, search: DuplicateSearch | None, open_in: dict[int, int]) -> dict[str, Any]:
    return {
        "cluster": cluster,
        "url": doubles_url(cluster),
        "n": open_in.get(search.pk, 0) if search else None,
        "search": search,
    }


def doubles_url(cluster: Cluster) -> str:
    """The pairs of a cluster."""
    return reverse("register:doubles_of", args=[cluster.code])


def _pairs_said(n: int) -> str:
    said = ngettext("%(n)s pair may be the same firm.", "%(n)s pairs may be the same firm.", n)
    return said % {"n": words.number(n)}


def line_for(request: HttpRequest, cluster: Cluster) -> dict[str, str] | None:
    """For the page of a cluster: how many pairs wait, for those who may decide; ``None`` for everybody else."""
    access = access_of(request)
    fields = queries.fields_compared(access=access, clusters=[cluster]).get(cluster.scope_id)
    if not fields:
        return None
    search = queries.newest_searches(clusters=[(cluster, fields)]).get(cluster.pk)
    n = queries.n_open(searches=[search]).get(search.pk, 0) if search else 0
    said = _pairs_said(n) if n else (_("No pair waits for a decision.") if search else _("Look for doubles."))
    return {"said": said, "url": doubles_url(cluster)}


# --- one cluster


class PairTable(NamedTable):
    """Pairs that may be one firm, the likeliest first."""

    name = "pairs"
    caption = gettext_lazy("Pairs that may be one firm")
    order = "-score"
    keys_first = False

    def pseudonyms(self, row: DuplicatePair) -> list[str]:
        return [row.one.pseudonym, row.other.pseudonym]

    def both(self, row: DuplicatePair) -> str:
        return " · ".join(self.called(p) for p in self.pseudonyms(row))


def _columns(table: PairTable) -> list[Col]:
    return [
        Col("who", _("Pair"), value=table.both, phone=True, url=lambda p: reverse("register:double", args=[p.pk])),
        Col("score", _("Points"), "number", sortable=True, filter="range", phone=True),
        Col("answer", _("Answer"), "chip", choices=DuplicatePair.Answer.choices, filter="choice",
            tone=lambda s: TONES.get(s, "")),
        Col("reasons", _("Why"), value=lambda p: wording.reasons_said(p.reasons), phone=True),
        Col("note", _("Note"), value=_note),
        Col("one", _("First record"), "code", value=lambda p: p.one.pseudonym, shown=False),
        Col("other", _("Second record"), "code", value=lambda p: p.other.pseudonym, shown=False),
    ]  # fmt: skip


def _note(pair: DuplicatePair) -> str:
    said = []
    if pair.is_unsure:  # type: ignore[attr-defined]
        said.append(_("somebody was not sure"))
    if pair.n_alike > 2:
        said.append(_("one of %(n)s records that hang together") % {"n": words.number(pair.n_alike)})
    if pair.is_held_apart:
        said.append(_("clashes with what was told apart"))
    return "; ".join(said)


@page
def of_cluster(request: HttpRequest, code: str) -> HttpResponse:
    """The pairs of a cluster, what was compared to find them, and a button to look anew."""
    access = access_of(request)
    cluster, fields = queries.cluster_to_judge(access=access, code=code)
    search = queries.newest_searches(clusters=[(cluster, fields)]).get(cluster.pk)
    table = PairTable(queries.open_pairs(searches=[search] if search else []), request)
    table.cols = _columns(table)
    if table.wants_export:
        return table.export()
    running = queries.running_search(cluster=cluster)
    failed = None if running else queries.last_failure(cluster=cluster)
    n = queries.n_open(searches=[search]).get(search.pk, 0) if search else 0
    return render(
        request,
        "register/duplicates_cluster.html",
        {
            "title": _("Same firm or not: %(cluster)s") % {"cluster": cluster},
            "state": _state(search, n),
            "cluster": cluster,
            "search": search,
            "figures": _figures(search, n) if search else [],
            "compared": fields_said(search.fields) if search else "",
            "not_compared": fields_said(queries.COMPARED - set(search.fields)) if search else "",
            "would_compare": fields_said(fields),
            "table": table,
            "is_running": running is not None,
            "job": present(running.job) if running and running.by_id == request.user.pk else None,
            "failed": present(failed.job) if failed and failed.by_id == request.user.pk else None,
            "decisions": _decisions(request, cluster),
        },
    )


def _state(search: DuplicateSearch | None, n: int) -> str:
    if search is None:
        return _("Nobody has looked for doubles here yet.")
    return _pairs_said(n) if n else _("No pair waits for a decision.")


def _figures(search: DuplicateSearch, n: int) -> list[Figure]:
    return [
        Figure(words.number(n), ngettext("pair to decide", "pairs to decide", n), "#pairs", tone="warn" if n else ""),
        Figure(words.number(search.n_establishments), _("establishments compared"), "#compared"),
        Figure(words.number(search.n_learnt), _("decisions learnt from"), "#decisions"),
    ]  # fmt: skip


def _decisions(request: HttpRequest, cluster: Cluster) -> list[dict[str, Any]]:
    rows = list(queries.decisions_of(cluster=cluster)[:SHOWN_DECISIONS])
    asked = [p for row in rows for p in (row.one.pseudonym, row.other.pseudonym)]
    names = names_for(access=access_of(request), pseudonyms=asked)
    return [
        {
            "row": row,
            "who": f"{names[row.one.pseudonym]} · {names[row.other.pseudonym]}",
            "tone": TONES.get(row.decision, "") if row.holds else "",
            "url": reverse("register:double_decision", args=[row.pk]),
        }
        for row in rows
    ]


@require_POST
@page
def search(request: HttpRequest, code: str) -> HttpResponse:
    """Look for doubles in the background."""
    access = access_of(request)
    cluster, _fields = queries.cluster_to_judge(access=access, code=code)
    actions.search_duplicates(cluster=cluster, access=access, by=request.user)
    return redirect("register:doubles_of", cluster.code)


# --- one pair


def _side(record: Establishment, names: dict[str, str], kept: list[str]) -> dict[str, Any]:
    labels = dict(Field.choices)
    return {
        "record": record,
        "name": names[record.pseudonym],
        "enterprise": names[record.organisation.pseudonym],
        "url": actor_url(record.pseudonym),
        "values": {name: forms.said(record, name) for name in forms.LABELS},
        "kept": ", ".join(str(labels[code]) for code in kept),
    }


def _sides(
    request: HttpRequest, one: Establishment, other: Establishment
) -> tuple[dict[str, Any], dict[str, Any]]:
    records = (one, other)
    asked = [p for r in records for p in (r.pseudonym, r.organisation.pseudonym)]
    names = names_for(access=access_of(request), pseudonyms=asked)
    kept = vault.kept_fields(pseudonyms=[r.pseudonym for r in records])
    first, second = (_side(r, names, kept.get(r.pseudonym, [])) for r in records)
    return first, second


def _compared(one: dict[str, Any], other: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Open values of both records, row by row."""
    rows = [(_("Enterprise"), one["enterprise"], other["enterprise"])]
    rows += [(str(label), one["values"][n], other["values"][n]) for n, label in forms.LABELS.items()]
    rows.append((_("The vault keeps"), one["kept"], other["kept"]))
    return rows


@page
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Two records side by side, why they may be one, and the decision."""
    access = access_of(request)
    found = queries.pair_by_pk(access=access, pk=pk)
    one, other = found.one, found.other
    held = queries.holdings(one=one, other=other)
    first, second = _sides(request, one, other)
    names = {side["record"].pseudonym: side["name"] for side in (first, second)}
    best = one if sum(h.one for h in held) >= sum(h.other for h in held) else other
    form = forms.JudgeForm(request.POST or None).offer(one, other, names, best.pseudonym)
    if form.is_valid():
        made = _judge(request, found, form)
        if made is not None:
            return redirect("register:double_decision", made.pk)
    return render(
        request,
        "register/duplicates_pair.html",
        {
            "title": _("Are these the same firm?"),
            "state": _("%(one)s and %(other)s: %(answer)s, %(points)s points.")
            % {"one": first["name"], "other": second["name"], "answer": found.get_answer_display(),
               "points": words.number(found.score)},
            "pair": found,
            "one": first,
            "other": second,
            "compared": _compared(first, second),
            "held": held,
            "reasons": [(wording.reason_said(r), wording.points_said(r["points"]), r["points"] < 0)
                        for r in found.reasons],
            "fields": fields_said(found.search.fields),
            "form": form,
            "back": doubles_url(found.search.cluster),
        },
        status=form.status,
    )  # fmt: skip


def _judge(request: HttpRequest, found: DuplicatePair, form: forms.JudgeForm) -> DuplicateDecision | None:
    data = form.cleaned_data
    try:
        made = actions.judge_pair(
            one=found.one, other=found.other, decision=data["decision"], reason=data["reason"],
            kept=form.kept_record(), take=form.taken(), by=request.user,
        )  # fmt: skip
    except PersonError as error:
        form.tell(error)
        return None
    told = {
        Decision.SAME: _("They are one record now. This can be taken back."),
        Decision.DIFFERENT: _("Kept apart, in later searches too."),
        Decision.NOT_SURE: _("Written down. The pair stays in the list."),
    }
    messages.success(request, told[Decision(data["decision"])])
    return made


# --- what was decided


@page
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided about two records, and the way back."""
    return _show_decision(request, queries.decision_by_pk(access=access_of(request), pk=pk))


def _show_decision(
    request: HttpRequest, found: DuplicateDecision, form: forms.TakeOverForm | None = None
) -> HttpResponse:
    first, second = _sides(request, found.one, found.other)
    offered = _offered(request, found)
    if form is None and offered:
        form = forms.TakeOverForm(offered=offered)
    kept = found.merge.kept.pseudonym if found.merge else ""
    return render(
        request,
        "register/duplicates_decision.html",
        {
            "title": _("What was decided"),
            "state": _("%(one)s and %(other)s: %(decision)s.")
            % {"one": first["name"], "other": second["name"], "decision": found.get_decision_display()},
            "decision": found,
            "one": first,
            "other": second,
            "kept": next((s for s in (first, second) if s["record"].pseudonym == kept), None),
            "taken": [str(forms.LABELS[name]) for name in _taken(found)],
            "form": form if offered else None,
            "cluster": found.one.cluster,
            "back": doubles_url(found.one.cluster),
        },
        status=422 if form is not None and form.is_bound else 200,
    )


def _taken(found: DuplicateDecision) -> list[str]:
    columns = set(found.merge.taken) if found.merge else set()
    return [name for name in forms.LABELS if columns & {name, f"{name}_id"}]


def _offered(request: HttpRequest, found: DuplicateDecision) -> list[str]:
    """The kept fields to take over, for a custodian, while the merge stands."""
    if found.merge is None or not found.holds or not access_of(request).may("reveal", found.scope):
        return []
    return queries.to_take_over(kept=found.merge.kept, absorbed=found.merge.absorbed)


@require_POST
@page
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a decision; two records that were merged are two again."""
    found = queries.decision_by_pk(access=access_of(request), pk=pk)
    actions.take_back_judgement(decision=found, by=request.user)
    messages.success(request, _("Taken back. The two are undecided again."))
    return redirect("register:doubles_of", found.one.cluster.code)


@require_POST
@page
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the vault keep of the kept record what it kept only of the other."""
    access = access_of(request)
    found = queries.decision_by_pk(access=access, pk=pk)
    access.require("reveal", found.scope)
    form = forms.TakeOverForm(request.POST, offered=_offered(request, found))
    if found.merge is None or not form.is_valid():
        return _show_decision(request, found, form)
    actions.take_over_identity(
        kept=found.merge.kept,
        absorbed=found.merge.absorbed,
        fields=form.cleaned_data["taken_over"],
        access=access,
        by=request.user,
    )
    messages.success(request, _("Taken over. This look was written down."))
    return redirect("register:double_decision", found.pk)
