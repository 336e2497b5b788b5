from django.apps import AppConfig


class InterfaceConfig(AppConfig):
    name = "nanduti.interface"
    label = "interface"
    verbose_name = "Interface"
