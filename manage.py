#!/usr/bin/env python3
"""The developer's vocabulary: every command of the product starts here."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
