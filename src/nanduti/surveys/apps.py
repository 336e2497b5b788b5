from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "nanduti.surveys"
    label = "surveys"
    verbose_name = "Surveys"
