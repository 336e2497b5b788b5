from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "nanduti.home"
    label = "home"
    verbose_name = "Home"
