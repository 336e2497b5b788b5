from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class FoundationConfig(AppConfig):
    name = "nanduti.foundation"
    label = "foundation"
    verbose_name = "Foundation"

    def ready(self) -> None:
        # Rooms offer import tables and background jobs by having these modules; foundation knows no room by name.
        autodiscover_modules("tables", "jobs")
