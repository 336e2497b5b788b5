from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegisterConfig(AppConfig):
    name = "nanduti.register"
    label = "register"
    verbose_name = _("Register")

    def ready(self) -> None:
        from nanduti.interface import navigation

        from . import receivers

        receivers.connect()
        navigation.register(
            items=[
                navigation.Item(
                    "register", _("Register"), "register:home", order=30, on_phone=True, may="read"
                ),
                navigation.Item(
                    "desk",
                    _("Custodian's desk"),
                    "register:desk",
                    order=35,
                    on_phone=True,
                    may="decide_contact",
                ),
            ]
        )
