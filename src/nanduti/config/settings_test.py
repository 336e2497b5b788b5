"""Settings of the tests: quick password hashing, fixed keys, work done on demand, no data folder of a user's."""

import os
import tempfile

if "NANDUTI_HOME" not in os.environ:  # the tests set it; this is for whoever uses these settings by hand
    os.environ["NANDUTI_HOME"] = tempfile.mkdtemp(prefix="nanduti-test-")
os.environ.setdefault("NANDUTI_SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("NANDUTI_VAULT_KEYS", "only-for-tests-" + "v" * 40)
os.environ.setdefault("NANDUTI_WORK_IN_PROCESS", "0")

from .settings import *  # noqa: F403
from .settings import DATABASES, INSTALLED_APPS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STYLE_PAGE = True
# Tests write records without deeds; where keeping is tested it is switched on.
KEEP_ANSWERS = False
INSTALLED_APPS = [*INSTALLED_APPS]
for _settings in DATABASES.values():
    if _settings["ENGINE"].endswith("sqlite3"):
        # Durability is tested where it is promised; elsewhere the tests need not wait for the disk.
        _settings["OPTIONS"]["init_command"] = _settings["OPTIONS"]["init_command"].replace(
            "synchronous=FULL", "synchronous=OFF"
        )
        _settings["TEST"] = {
            "NAME": os.path.join(os.environ["NANDUTI_HOME"], f"test-{_settings['NAME'].split('/')[-1]}")
        }
    else:
        _settings["OPTIONS"].pop("pool", None)
