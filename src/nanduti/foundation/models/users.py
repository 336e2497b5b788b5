from __future__ import annotations

import hashlib
import secrets

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..classification import classified


@classified(
    open="is_active is_staff is_superuser language is_demo",
    sensitive="password last_login date_joined groups user_permissions person_pseudonym organisation_pseudonym",
    identifying="username email",
)
class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in. What they may do comes from their grants, never from here."""

    username = models.CharField(
        _("user name"), max_length=80, unique=True, validators=[UnicodeUsernameValidator()]
    )
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    # Who this account stands for in the register, where that is known: pseudonyms, never names.
    person_pseudonym = models.CharField(max_length=40, blank=True)
    organisation_pseudonym = models.CharField(max_length=40, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.username


@classified(open="label last_used_at expires_at revoked_at", sensitive="user digest")
class ApiToken(models.Model):
    """A key with which a program acts for a user; only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, label: str) -> tuple[ApiToken, str]:
        """A new token and its one and only appearance in clear."""
        token = "nan_" + secrets.token_urlsafe(32)
        return cls.objects.create(user=user, label=label, digest=cls.digest_of(token)), token
