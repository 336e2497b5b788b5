"""Assessments: recipes, rounds, what each firm came to."""

from django.urls import path

from ..pages import assessed, assessments, recipes, rounds

urlpatterns: list = [
    path("assessments/", assessments.assessments, name="assessments"),
    path("assessments/new/", rounds.new_round, name="new_round"),
    path("assessments/recipes/take/", recipes.take_recipe, name="take_recipe"),
    path("assessments/recipes/<int:pk>/", recipes.recipe, name="recipe"),
    path("assessments/recipes/<int:pk>/edit/", recipes.edit_recipe, name="edit_recipe"),
    path("assessments/recipes/<int:pk>/revise/", recipes.revise_recipe, name="revise_recipe"),
    path("assessments/recipes/<int:pk>/discard/", recipes.discard_recipe, name="discard_recipe"),
    path("assessments/<int:pk>/", assessments.assessment, name="assessment"),
    path("assessments/<int:pk>/enter/", rounds.enter_result, name="enter_result"),
    path("assessments/<int:pk>/<int:score>/", assessed.assessed, name="assessed"),
]
