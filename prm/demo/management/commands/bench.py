"""`bin/bench [pages segments scorecard ... pipeline]`: our pages and figures beside raw SQL and bare libraries."""

from __future__ import annotations

import importlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.template import engines

ALL = ("pages", "segments", "scorecard", "board", "deck", "import_sales", "measures", "deals", "pipeline")


class Command(BaseCommand):
    help = "Print measurements; run it by bin/bench, which gives it a database of its own."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("names", nargs="*", choices=[*ALL, []])

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        engines["django"].engine.dirs.append(settings.BASE_DIR / "bench" / "templates")
        settings.ALLOWED_HOSTS.append("testserver")
        settings.DEBUG = False
        for name in names or ALL:
            importlib.import_module(f"bench.{name}").main()
