"""Forms that change the register."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface.forms import EditForm, NandutiForm

from .. import actions, forms, queries
from ..models import Cluster, Establishment, EstablishmentMerge, Organisation, Person
from ..names import names_for
from .common import access_of, actor_url, page

SEES_VAULT = "identifying"


def form_page(request: HttpRequest, form: NandutiForm, **context: Any) -> HttpResponse:
    """A form with its title, its button and the way back."""
    return render(request, "register/form.html", {"form": form, **context}, status=form.status)


def _done(request: HttpRequest, url: str, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(url)


class _Kept:
    """Runs an action and keeps what it returned, since the forms only tell whether it succeeded."""

    def __init__(self, act: Callable[..., Any]) -> None:
        self.act, self.result = act, None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.result = self.act(*args, **kwargs)
        return self.result


def _organisation(request: HttpRequest, pseudonym: str) -> Organisation:
    """The organisation, for somebody who may change it."""
    found = queries.organisation_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    queries.require_edit(access_of(request), found.scope)
    return found


def _called(request: HttpRequest, pseudonym: str) -> str:
    return names_for(access=access_of(request), pseudonyms=[pseudonym])[pseudonym]


def _codes(actor: Organisation | Establishment) -> dict[str, str]:
    """Where somebody belongs and sits, as the forms ask for it: by code."""
    return {
        "cluster": actor.cluster.code if actor.cluster else "",
        "place": actor.place.code if actor.place else "",
    }


def _present(form: type[NandutiForm], actor: Organisation | Establishment) -> dict[str, Any]:
    """What the register says now, by the names of the form's fields."""
    return {name: getattr(actor, name) for name in form.base_fields if hasattr(actor, name)} | _codes(actor)


def _edit_page(
    request: HttpRequest,
    form: Any,
    actor: Organisation | Establishment | Person,
    act: Callable[[int], Any],
) -> HttpResponse:
    """A form that changes an actor; ``act`` saves it against the version that was looked at."""
    back = actor_url(actor.pseudonym)
    if form.is_valid() and form.save_with(lambda _values, version: act(version)):
        return _done(request, back, _("Saved."))
    title = _("Edit %(who)s") % {"who": _called(request, actor.pseudonym)}
    return form_page(request, form, title=title, save=_("Save"), back=back, sees=SEES_VAULT)


# --- organisations


@page
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Register a firm or another body."""
    access = access_of(request)
    clusters = queries.scopes_to_edit(access=access)
    if not clusters:
        raise NotAllowed(capability="edit_register")
    initial = {"kind": "enterprise", "cluster": request.GET.get("cluster", "")[:80] or clusters[0].code}
    form = forms.OrganisationForm(request.POST or None, initial=initial).offer_clusters(
        clusters, is_needed=not access.may("edit_programme")
    )
    if form.is_valid():
        act = _Kept(actions.register_organisation)
        if form.try_to(act, values=form.columns(), identity=form.identity(), by=request.user):
            return _done(request, actor_url(act.result.pseudonym), _("Registered."))
    return form_page(
        request, form, title=_("Register an organisation"), save=_("Register it"), back=reverse("register:home"),
        sees=SEES_VAULT,
    )  # fmt: skip


@page
def edit_organisation(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Change what is said of an organisation."""
    found = _organisation(request, pseudonym)
    access, kind = access_of(request), forms.EditOrganisationForm
    form = kind(request.POST or None, initial=_present(kind, found), record=found).offer_clusters(
        queries.scopes_to_edit(access=access),
        is_needed=found.cluster is not None and not access.may("edit_programme"),
    )

    def act(version: int) -> None:
        actions.edit_organisation(
            organisation=found,
            values=form.columns(),
            identity=form.identity(),
            version=version,
            by=request.user,
        )

    return _edit_page(request, form, found, act)


# --- establishments


@page
def new_establishment(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Register a workshop of a firm."""
    firm = _organisation(request, pseudonym)
    form = forms.EstablishmentForm(request.POST or None, initial=_codes(firm)).offer_clusters(
        queries.scopes_to_edit(access=access_of(request))
    )
    if form.is_valid():
        act = _Kept(actions.register_establishment)
        if form.try_to(
            act, organisation=firm, values=form.columns(), identity=form.identity(), by=request.user
        ):
            return _done(request, actor_url(act.result.pseudonym), _("Registered."))
    return form_page(
        request, form, title=_("Register an establishment"), save=_("Register it"),
        back=actor_url(firm.pseudonym), sees=SEES_VAULT,
    )  # fmt: skip


def _establishment(request: HttpRequest, pseudonym: str) -> Establishment:
    found = queries.establishment_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    queries.require_edit(access_of(request), found.scope)
    return found


@page
def edit_establishment(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Change what is said of an establishment."""
    found = _establishment(request, pseudonym)
    kind = forms.EditEstablishmentForm
    form = kind(request.POST or None, initial=_present(kind, found), record=found).offer_clusters(
        queries.scopes_to_edit(access=access_of(request))
    )

    def act(version: int) -> None:
        actions.edit_establishment(
            establishment=found,
            values=form.columns(),
            identity=form.identity(),
            version=version,
            by=request.user,
        )

    return _edit_page(request, form, found, act)


@page
def merge(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Say that another record is this same establishment."""
    kept = _establishment(request, pseudonym)
    form = forms.MergeForm(request.POST or None)
    if form.is_valid():
        try:
            absorbed = _establishment(request, form.cleaned_data["absorbed"])
        except NotFound as error:
            form.tell(error)
        else:
            reason = form.cleaned_data["reason"]
            if form.try_to(
                actions.merge_establishments, kept=kept, absorbed=absorbed, reason=reason, by=request.user
            ):
                return _done(request, actor_url(kept.pseudonym), _("Merged. This can be taken back."))
    return form_page(
        request, form, title=_("Merge into %(who)s") % {"who": _called(request, kept.pseudonym)},
        save=_("Merge"), back=actor_url(kept.pseudonym),
        intro=_("Everything that points at the other record will point at this one. Identities are not joined."),
    )  # fmt: skip


@require_POST
@page
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge back."""
    found = EstablishmentMerge.objects.select_related("kept", "absorbed", "scope").filter(pk=pk).first()
    if found is None:
        raise NotFound(kind=_("merge"), code_given=str(pk))
    queries.require_edit(access_of(request), found.scope)
    actions.unmerge_establishments(merge=found, by=request.user)
    return _done(request, actor_url(found.kept.pseudonym), _("The merge was taken back."))


# --- people


@page
def new_person(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Register somebody who holds a post in an organisation."""
    firm = _organisation(request, pseudonym)
    form = forms.PersonForm(request.POST or None)
    if form.is_valid():
        act = _Kept(actions.register_person)
        if form.try_to(
            act, organisation=firm, position=form.columns(), identity=form.identity(), by=request.user
        ):
            return _done(request, actor_url(firm.pseudonym) + "#people", _("Registered."))
    return form_page(
        request, form, title=_("Register a person"), save=_("Register it"), back=actor_url(firm.pseudonym),
        sees=SEES_VAULT,
    )  # fmt: skip


@page
def edit_person(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Correct what the vault keeps of a person."""
    found: Person = queries.person_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    queries.require_edit(access_of(request), found.scope)
    form = forms.EditPersonForm(request.POST or None, initial={"version": found.version}, record=found)

    def act(version: int) -> None:
        actions.edit_person(person=found, identity=form.identity(), version=version, by=request.user)

    return _edit_page(request, form, found, act)


# --- belonging and roles


@page
def join_cluster(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Say that an organisation belongs to a cluster."""
    found = _organisation(request, pseudonym)
    form = forms.JoinClusterForm(request.POST or None).offer_clusters(
        queries.scopes_to_edit(access=access_of(request)), is_needed=True
    )
    if form.is_valid() and form.try_to(
        actions.join_cluster, organisation=found, by=request.user, **form.cleaned_data
    ):
        return _done(request, actor_url(found.pseudonym) + "#belongs", _("Saved."))
    return form_page(
        request, form, title=_("%(who)s joins a cluster") % {"who": _called(request, found.pseudonym)},
        save=_("Save"), back=actor_url(found.pseudonym),
    )  # fmt: skip


@page
def leave_cluster(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """End the membership of a cluster."""
    found = _organisation(request, pseudonym)
    memberships = found.cluster_memberships.select_related("scope", "cluster")
    return _leave(request, found, memberships, pk, "cluster", actions.leave_cluster)


@page
def leave_association(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """End the membership of an association."""
    found = _organisation(request, pseudonym)
    memberships = found.association_memberships.select_related("scope", "association")
    return _leave(request, found, memberships, pk, "association", actions.leave_association)


def _leave(
    request: HttpRequest,
    found: Organisation,
    memberships: QuerySet,
    pk: int,
    of: str,
    act: Callable[..., Any],
) -> HttpResponse:
    membership = memberships.filter(pk=pk).first()
    if membership is None:
        raise NotFound(kind=_("membership"), code_given=str(pk))
    queries.require_edit(access_of(request), membership.scope)
    form = forms.EndForm.of(membership, request.POST or None)
    if form.is_valid() and form.save_with(
        lambda values, version: act(
            membership=membership, until_on=values["until_on"], version=version, by=request.user
        )
    ):
        return _done(request, actor_url(found.pseudonym) + "#belongs", _("Saved."))
    title = _("End the membership of %(cluster)s") % {"cluster": getattr(membership, of)}
    names = {"cluster": "register:take_back_membership", "association": "register:take_back_association"}
    return form_page(
        request, form, title=title, save=_("End it"), back=actor_url(found.pseudonym),
        take_back_url=reverse(names[of], args=[found.pseudonym, pk]),
    )  # fmt: skip


@page
def join_association(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Say that an organisation is a member of an association."""
    found = _organisation(request, pseudonym)
    form = forms.JoinAssociationForm(request.POST or None)
    form.fields["association"].queryset = queries.organisations(access=access_of(request)).filter(
        kind=Organisation.Kind.ASSOCIATION
    )
    if form.is_valid() and form.try_to(
        actions.join_association, member=found, by=request.user, **form.cleaned_data
    ):
        return _done(request, actor_url(found.pseudonym) + "#belongs", _("Saved."))
    return form_page(
        request, form, title=_("%(who)s joins an association") % {"who": _called(request, found.pseudonym)},
        save=_("Save"), back=actor_url(found.pseudonym),
    )  # fmt: skip


@page
def take_role(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Give an organisation a role toward a cluster."""
    found = _organisation(request, pseudonym)
    form = forms.RoleForm(request.POST or None).offer_clusters(
        queries.scopes_to_edit(access=access_of(request))
    )
    if form.is_valid():
        values = dict(form.cleaned_data)
        role, cluster = values.pop("role"), values.pop("cluster")
        if form.try_to(
            actions.take_role, organisation=found, role=role, cluster=cluster, values=values, by=request.user
        ):
            return _done(request, actor_url(found.pseudonym) + "#roles", _("Saved."))
    return form_page(
        request, form, title=_("A role of %(who)s") % {"who": _called(request, found.pseudonym)},
        save=_("Save"), back=actor_url(found.pseudonym),
    )  # fmt: skip


@page
def edit_role(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Change or end a role."""
    found = _organisation(request, pseudonym)
    role = found.roles.select_related("scope").filter(pk=pk).first()
    if role is None:
        raise NotFound(kind=_("role"), code_given=str(pk))
    queries.require_edit(access_of(request), role.scope)
    form: EditForm = forms.EditRoleForm.of(role, request.POST or None)
    if form.is_valid() and form.save_with(
        lambda values, version: actions.edit_role(
            stakeholder=role, values=values, version=version, by=request.user
        )
    ):
        return _done(request, actor_url(found.pseudonym) + "#roles", _("Saved."))
    return form_page(
        request, form, title=_("Role: %(role)s") % {"role": role.get_role_display()}, save=_("Save"),
        back=actor_url(found.pseudonym),
        take_back_url=reverse("register:take_back_role", args=[found.pseudonym, pk]),
    )  # fmt: skip


# --- clusters


def _cluster_url(found: Cluster) -> str:
    return reverse("register:cluster", args=[found.code])


@page
def edit_cluster(request: HttpRequest, code: str) -> HttpResponse:
    """Change what a cluster is called and where it is."""
    found = queries.cluster_by_code(access=access_of(request), code=code)
    queries.require_edit(access_of(request), found.scope)
    form = forms.ClusterForm.of(found, request.POST or None)
    form.initial["place"] = found.place.code if found.place else ""
    if form.is_valid() and form.save_with(
        lambda values, version: actions.edit_cluster(
            cluster=found, values=values, version=version, by=request.user
        )
    ):
        return _done(request, _cluster_url(found), _("Saved."))
    return form_page(
        request, form, title=_("Edit %(who)s") % {"who": found}, save=_("Save"), back=_cluster_url(found)
    )
