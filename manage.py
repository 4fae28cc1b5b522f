#!/usr/bin/env python3
"""The one command: sets up what is missing, then hands over to Django."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Liangzhun needs Python 3.11 or newer, and this is %d.%d: install a newer one and repeat, for example"
        " 'python3.11 manage.py serve'." % sys.version_info[:2]
    )

from metrology import bootstrap

if __name__ == "__main__":
    bootstrap.run(sys.argv)
