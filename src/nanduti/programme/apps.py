from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "nanduti.programme"
    label = "programme"
    verbose_name = "Programme"
