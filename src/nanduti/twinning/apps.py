from django.apps import AppConfig


class TwinningConfig(AppConfig):
    name = "nanduti.twinning"
    label = "twinning"
    verbose_name = "Twinning"
