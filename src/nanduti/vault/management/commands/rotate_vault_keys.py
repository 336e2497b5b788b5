"""``django-admin rotate_vault_keys``: seal everything under the first of NANDUTI_VAULT_KEYS."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand

from nanduti.vault.actions import rotate_keys


class Command(BaseCommand):
    """Put the new key first and keep the former one behind it; run this; then take the former one away."""

    help = "Seal every value of the vault under the first of NANDUTI_VAULT_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        counts: Counter[str] = Counter()
        while (lot := rotate_keys(by="command line"))["left"]:
            counts.update(lot)
        counts.update(lot)
        self.stdout.write(
            f"{counts['fields']} values, {counts['texts']} texts, {counts['uploads']} parts of uploads sealed anew."
        )
