"""Addresses of the room; each begins with the programme's code."""

from django.urls import path

from .pages import actors, changes, groups, map, measures, ties, waves

app_name = "networks"
urlpatterns = [
    path("", map.relations, name="map"),
    path("draw/", map.draw, name="draw"),
    path("graphml/", changes.graphml, name="graphml"),
    path("measures/", measures.measures, name="measures"),
    path("actors/", measures.actors, name="actors"),
    path("left-out/", measures.left_out, name="left_out"),
    path("actors/<str:actor>/", actors.actor, name="actor"),
    path("named/", actors.named, name="named"),
    path("named/<int:pk>/", actors.say_who, name="say_who"),
    path("ties/", ties.ties, name="ties"),
    path("ties/declare/", ties.declare, name="declare"),
    path("ties/<int:pk>/", ties.tie, name="tie"),
    path("kinds/", ties.kinds, name="kinds"),
    path("kinds/new/", ties.new_kind, name="new_kind"),
    path("kinds/<int:pk>/", ties.edit_kind, name="edit_kind"),
    path("waves/", waves.waves, name="waves"),
    path("waves/new/", waves.new_wave, name="new_wave"),
    path("waves/<int:pk>/", waves.wave, name="wave"),
    path("waves/<int:pk>/edit/", waves.edit_wave, name="edit_wave"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.new_group, name="new_group"),
    path("groups/<slug:code>/", groups.group, name="group"),
    path("groups/<slug:code>/edit/", groups.edit_group, name="edit_group"),
    path("groups/<slug:code>/members/new/", groups.new_member, name="new_member"),
    path("groups/<slug:code>/members/<int:pk>/leave/", groups.leave, name="leave"),
    path("groups/<slug:code>/steps/<slug:step>/", groups.step, name="step"),
]
