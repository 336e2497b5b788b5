from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "nanduti.networks"
    label = "networks"
    verbose_name = "Networks"

    def ready(self) -> None:
        from nanduti.register import panels

        from . import answers, recorded
        from .pages.panel import ties_of_actor

        answers.connect()
        recorded.connect()
        for subject in ("establishment", "organisation", "person"):
            panels.offer(subject, order=35, panel=ties_of_actor)
