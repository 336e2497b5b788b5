from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "nanduti.plans"
    label = "plans"
    verbose_name = "Plans"

    def ready(self) -> None:
        from nanduti.programme.queries import tell_reported_to

        # Tables are looked for in "tables" alone; those of revisions stand apart.
        from . import funding, joint, labour, revision_tables  # noqa: F401
        from .answers import connect
        from .queries import reported_to

        tell_reported_to(reported_to)
        connect()
        joint.connect()
        funding.connect()
        labour.connect()
