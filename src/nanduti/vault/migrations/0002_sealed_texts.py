from django.db import migrations, models

import nanduti.vault.sealed

SEALED = {
    "contactrequest": ("asks_for", "text", "reason"),
    "standinggrant": ("revoke_reason",),
}


def _anew(model: str, name: str) -> list:
    # No text can be turned into a sealed one by the database alone.
    labels = {"asks_for": "who asks", "text": "what for"}
    verbose = {"verbose_name": labels[name]} if name in labels else {}
    return [
        migrations.RemoveField(model, name),
        migrations.AddField(model, name, nanduti.vault.sealed.SealedText(**verbose)),
    ]


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("contactrequest", "contact_request_refused_why"),
        *[operation for model, names in SEALED.items() for name in names for operation in _anew(model, name)],
        migrations.AddConstraint(
            "contactrequest",
            models.CheckConstraint(
                condition=models.Q(models.Q(("state", "refused"), _negated=True), ("reason__isnull", False), _connector="OR"),
                name="contact_request_refused_why",
            ),
        ),
        migrations.AddField(
            "identity", "shredded_by_label", models.CharField(blank=True, default="", max_length=80), preserve_default=False
        ),
        migrations.AddField("identity", "shred_reason", nanduti.vault.sealed.SealedText()),
    ]
