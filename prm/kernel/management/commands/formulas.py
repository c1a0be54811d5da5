"""List the figures the product computes, or check them against a file of worked examples."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from prm.kernel.formulas import check_file, registered


class Command(BaseCommand):
    help = "Lists the registered formulas; with --check FILE runs its worked examples and prints differences."
    # The figures need no database and no settings, so a broken configuration must not hide a wrong figure.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", metavar="FILE", help="a JSON file of worked examples")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self._check(options["check"])
        else:
            self._list()

    def _list(self) -> None:
        for formula in registered().values():
            self.stdout.write(f"{formula.number:<4}{formula.name:<24}{formula.summary}")

    def _check(self, path: str) -> None:
        try:
            passed, failures = check_file(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"cannot read worked examples from {path}: {error}") from error
        for failure in failures:
            for difference in failure.differences:
                self.stdout.write(f"{failure.example}: {difference}")
        self.stdout.write(f"{passed} passed, {len(failures)} failed")
        if failures:
            raise SystemExit(1)
