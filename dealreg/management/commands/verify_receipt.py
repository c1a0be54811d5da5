"""`manage.py verify_receipt FILE`: whether a receipt carries our signature over exactly what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dealreg.queries.receipts import verify_receipt

LARGEST = 5_000_000


class Command(BaseCommand):
    help = "Verify the receipt of a deal registration, as text or as our PDF; exits with 1 when it is not genuine."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        if not file.is_file() or file.stat().st_size > LARGEST:
            raise CommandError(f"{file} is no receipt.")
        proof = verify_receipt(file.read_bytes())
        if not proof.is_genuine:
            raise CommandError(f"NOT GENUINE. {proof.why}")
        self.stdout.write("GENUINE. The signature covers this text:\n")
        self.stdout.write(proof.text)
