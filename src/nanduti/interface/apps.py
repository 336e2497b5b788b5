from django.apps import AppConfig


class InterfaceConfig(AppConfig):
    name = "nanduti.interface"
    label = "interface"
    verbose_name = "Interface"

    def ready(self) -> None:
        from nanduti.foundation import work

        from .saying import say

        work.say_errors_by(lambda error: str(say(error)))
