from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProgrammeConfig(AppConfig):
    name = "nanduti.programme"
    label = "programme"
    verbose_name = _("Programme")

    def ready(self) -> None:
        from nanduti.interface import navigation

        from .frames import clusters_to_switch, marks, programmes_to_switch

        navigation.register(programmes=programmes_to_switch, clusters=clusters_to_switch, marks=marks)
