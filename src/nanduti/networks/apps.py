from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "nanduti.networks"
    label = "networks"
    verbose_name = "Networks"

    def ready(self) -> None:
        from . import answers, recorded

        answers.connect()
        recorded.connect()
