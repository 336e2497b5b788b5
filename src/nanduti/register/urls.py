"""The addresses of the register."""

from django.urls import path, register_converter

from .pages import (
    accounts,
    actors,
    clusters,
    contact,
    desk,
    duplicates,
    edits,
    finding,
    lists,
    partners,
    posts,
    stating,
)


class PseudonymConverter:
    """Anything that could be a pseudonym, however it was typed; the page says what is wrong with it."""

    regex = r"[A-Za-z]-[A-Za-z0-9]{1,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PseudonymConverter, "pseudonym")

app_name = "register"
urlpatterns = [
    path("", lists.home, name="home"),
    path("find/", finding.fitting, name="find"),
    path("establishments/", lists.establishments, name="establishments"),
    path("partners/", partners.partners, name="partners"),
    path("clusters/", lists.clusters, name="clusters"),
    path("clusters/<slug:code>/", clusters.cluster, name="cluster"),
    path("clusters/<slug:code>/edit/", edits.edit_cluster, name="edit_cluster"),
    path("clusters/<slug:code>/facts/new/", stating.new_cluster_fact, name="new_cluster_fact"),
    path("new/", edits.new_organisation, name="new"),
    path("who/<pseudonym:pseudonym>/", actors.actor, name="actor"),
    path("who/<pseudonym:pseudonym>/reveal/", actors.reveal, name="reveal"),
    path("who/<pseudonym:pseudonym>/consents/new/", actors.record_consent, name="record_consent"),
    path(
        "who/<pseudonym:pseudonym>/consents/<int:pk>/withdraw/",
        actors.withdraw_consent,
        name="withdraw_consent",
    ),
    path("who/<pseudonym:pseudonym>/account/", accounts.account, name="account"),
    path("who/<pseudonym:pseudonym>/account/end/", accounts.end_account, name="end_account"),
    path("who/<pseudonym:pseudonym>/shred/", actors.shred, name="shred"),
    path("who/<pseudonym:pseudonym>/ask/", contact.ask, name="ask"),
    path("who/<pseudonym:pseudonym>/edit/", edits.edit_organisation, name="edit_organisation"),
    path(
        "who/<pseudonym:pseudonym>/edit-establishment/", edits.edit_establishment, name="edit_establishment"
    ),
    path("who/<pseudonym:pseudonym>/edit-person/", edits.edit_person, name="edit_person"),
    path("who/<pseudonym:pseudonym>/establishments/new/", edits.new_establishment, name="new_establishment"),
    path("who/<pseudonym:pseudonym>/people/new/", edits.new_person, name="new_person"),
    path("who/<pseudonym:pseudonym>/posts/new/", posts.new_post, name="new_post"),
    path("who/<pseudonym:pseudonym>/posts/<int:pk>/", posts.edit_post, name="edit_post"),
    path("who/<pseudonym:pseudonym>/facts/new/", stating.new_fact, name="new_fact"),
    path("facts/<int:pk>/", stating.edit_fact, name="edit_fact"),
    path("facts/<int:pk>/take-back/", stating.take_back_fact, name="take_back_fact"),
    path(
        "who/<pseudonym:pseudonym>/roles/<int:pk>/take-back/", stating.take_back_role, name="take_back_role"
    ),
    path("who/<pseudonym:pseudonym>/clusters/<int:pk>/", stating.edit_membership, name="edit_membership"),
    path(
        "who/<pseudonym:pseudonym>/associations/<int:pk>/", stating.edit_association, name="edit_association"
    ),
    path(
        "who/<pseudonym:pseudonym>/clusters/<int:pk>/take-back/",
        stating.take_back_membership,
        name="take_back_membership",
    ),
    path(
        "who/<pseudonym:pseudonym>/associations/<int:pk>/take-back/",
        stating.take_back_association,
        name="take_back_association",
    ),
    path(
        "who/<pseudonym:pseudonym>/posts/<int:pk>/take-back/", stating.take_back_post, name="take_back_post"
    ),
    path("who/<pseudonym:pseudonym>/roles/new/", edits.take_role, name="take_role"),
    path("who/<pseudonym:pseudonym>/roles/<int:pk>/", edits.edit_role, name="edit_role"),
    path("who/<pseudonym:pseudonym>/clusters/new/", edits.join_cluster, name="join_cluster"),
    path("who/<pseudonym:pseudonym>/clusters/<int:pk>/end/", edits.leave_cluster, name="leave_cluster"),
    path("who/<pseudonym:pseudonym>/associations/new/", edits.join_association, name="join_association"),
    path(
        "who/<pseudonym:pseudonym>/associations/<int:pk>/end/",
        edits.leave_association,
        name="leave_association",
    ),
    path("who/<pseudonym:pseudonym>/merge/", edits.merge, name="merge"),
    path("merges/<int:pk>/undo/", edits.unmerge, name="unmerge"),
    path("same-firm/", duplicates.home, name="doubles"),
    path("clusters/<slug:code>/same-firm/", duplicates.of_cluster, name="doubles_of"),
    path("clusters/<slug:code>/same-firm/search/", duplicates.search, name="search_doubles"),
    path("same-firm/<int:pk>/", duplicates.pair, name="double"),
    path("same-firm/decisions/<int:pk>/", duplicates.decision, name="double_decision"),
    path("same-firm/decisions/<int:pk>/take-back/", duplicates.take_back, name="take_back_double"),
    path("same-firm/decisions/<int:pk>/take-over/", duplicates.take_over, name="take_over_double"),
    path("requests/", contact.mine, name="requests"),
    path("requests/<uuid:public_id>/withdraw/", contact.withdraw, name="withdraw"),
    path("desk/", desk.desk, name="desk"),
    path("desk/requests/<uuid:public_id>/", desk.decide, name="decide"),
    path("desk/grants/", desk.grants, name="grants"),
    path("desk/grants/new/", desk.new_grant, name="new_grant"),
    path("desk/grants/<uuid:public_id>/revoke/", desk.revoke, name="revoke"),
    path("desk/reveals/", desk.reveals, name="reveals"),
    path("desk/look-up/", desk.look_up, name="look_up"),
]
