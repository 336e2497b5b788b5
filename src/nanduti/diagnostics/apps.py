from django.apps import AppConfig


class DiagnosticsConfig(AppConfig):
    name = "nanduti.diagnostics"
    label = "diagnostics"
    verbose_name = "Diagnostics"
