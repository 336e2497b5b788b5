from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "nanduti.results"
    label = "results"
    verbose_name = "Results"
