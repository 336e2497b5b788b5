"""``python -m nanduti`` is the same as the ``nanduti`` command."""

import sys

from nanduti.config.cli import main

if __name__ == "__main__":
    sys.exit(main())
