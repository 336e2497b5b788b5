from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class VaultConfig(AppConfig):
    name = "nanduti.vault"
    label = "vault"
    verbose_name = _("Vault")

    def ready(self) -> None:
        from .purposes import keep_shipped_purposes

        post_migrate.connect(keep_shipped_purposes, sender=self, dispatch_uid="vault.purposes")
