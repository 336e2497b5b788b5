from django.apps import AppConfig


class ReleaseConfig(AppConfig):
    name = "nanduti.release"
    label = "release"
    verbose_name = "Release"
