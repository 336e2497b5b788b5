from django.apps import AppConfig


class SurveysConfig(AppConfig):
    name = "nanduti.surveys"
    label = "surveys"
    verbose_name = "Surveys"

    def ready(self) -> None:
        from nanduti.foundation import editing
        from nanduti.register import panels

        from .mapping.told import is_told
        from .pages.mappings import came_from

        editing.offer_keeper(is_told)
        panels.offer("establishment", order=30, panel=came_from)
