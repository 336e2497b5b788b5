"""The entry of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanduti.config.settings")
application = get_wsgi_application()

from nanduti.foundation import work  # noqa: E402  (models exist only after Django has been set up)

work.start_in_process()
