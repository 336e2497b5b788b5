from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "nanduti.indicators"
    label = "indicators"
    verbose_name = "Indicators"
