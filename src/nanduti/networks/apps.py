from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "nanduti.networks"
    label = "networks"
    verbose_name = "Networks"
