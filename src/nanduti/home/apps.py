from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "nanduti.home"
    label = "home"
    verbose_name = _("Home")

    def ready(self) -> None:
        from nanduti.interface import navigation

        from . import frame

        navigation.register(
            items=[
                navigation.Item("today", _("Today"), "home:today", order=10, on_phone=True, may="read"),
                navigation.Item("programme", _("Programme"), frame.programme_url, order=12, may="read"),
                navigation.Item("ledger", _("Activities"), frame.room_url("plans:ledger"), order=14, may="read"),
                navigation.Item("field", _("Field"), frame.room_url("surveys:instruments"), order=32, on_phone=True,
                                may="read"),
                navigation.Item("results", _("Results"), frame.room_url("results:table"), order=16, may="read"),
                navigation.Item("indicators", _("Indicators"), frame.room_url("indicators:list"), order=15, may="read"),
                navigation.Item("quality", _("Quality"), frame.room_url("results:quality"), order=17,
                                may="read_sensitive"),
                navigation.Item("release", _("Release"), frame.room_url("release:home"), order=34, may="read"),
                navigation.Item("networks", _("Relations"), frame.room_url("networks:map"), order=18, may="read"),
                navigation.Item("import", _("Import"), "home:import", order=80, may="import"),
                navigation.Item("people", _("People"), "home:people", order=85, may="manage_people"),
                navigation.Item("audit", _("Deeds"), "home:audit", order=90, may="see_audit"),
            ],
            steps=frame.steps,
            search="home:search",
        )  # fmt: skip
