"""Selection of clusters: weighing up, scores, weights, decision; advanced against emerging."""

from django.urls import path

from ..pages import candidates, relations, selections, weights

urlpatterns: list = [
    path("weighing/", selections.selections, name="selections"),
    path("weighing/new/", weights.new_selection, name="new_selection"),
    path("weighing/relation/", relations.relation, name="relation"),
    path("weighing/principal/", relations.principal, name="principal"),
    path("weighing/<int:pk>/", selections.selection, name="selection"),
    path("weighing/<int:pk>/set-up/", weights.set_up_selection, name="set_up_selection"),
    path("weighing/<int:pk>/parameters/", weights.parameters, name="parameters"),
    path("weighing/<int:pk>/weights/", weights.weights, name="weights"),
    path("weighing/<int:pk>/points/", weights.points, name="points"),
    path("weighing/<int:pk>/pairs/", weights.pairs, name="pairs"),
    path("weighing/<int:pk>/decide/", weights.decide, name="decide"),
    path("weighing/<int:pk>/reopen/", weights.reopen, name="reopen"),
    path("weighing/<int:pk>/<int:entry>/", candidates.entry, name="entry"),
    path("weighing/<int:pk>/<int:entry>/scores/", weights.score_entry, name="score_entry"),
    path("weighing/<int:pk>/<int:entry>/gate/", weights.override_gate, name="override_gate"),
]
