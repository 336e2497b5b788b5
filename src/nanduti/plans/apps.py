from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "nanduti.plans"
    label = "plans"
    verbose_name = "Plans"
