from django.apps import AppConfig


class TwinningConfig(AppConfig):
    name = "nanduti.twinning"
    label = "twinning"
    verbose_name = "Twinning"

    def ready(self) -> None:
        from nanduti.programme.team import tell_pairs

        from .queries import pairs_for_team

        tell_pairs(pairs_for_team)
