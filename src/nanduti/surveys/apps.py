from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "nanduti.surveys"
    label = "surveys"
    verbose_name = "Surveys"

    def ready(self) -> None:
        from nanduti.register import panels

        from .pages.mappings import came_from

        panels.offer("establishment", order=30, panel=came_from)
