"""The register of every figure the product computes, and the one door to run them by name.

Each app keeps its figures in its own `formulas` module and registers them with `@formula("F7")`.
They are pure: decimals in, decimals out, no clock, no database, no settings. Worked examples run
through `check_file`, which compares every output as exact text, the way it would be printed.
"""

import datetime as dt
import functools
import importlib
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any, ParamSpec

from prm.kernel import numbers, periods
from prm.kernel.numbers import CONTEXT, Number

P = ParamSpec("P")
Outputs = dict[str, Any]
Record = Mapping[str, Any]  # one row of an input list: keys as in the source

_PROJECT = Path(__file__).resolve().parents[2]


class FormulaError(ValueError):
    """A formula was asked for that does not exist, or with inputs it does not take."""


@dataclass(frozen=True)
class Formula:
    """A registered figure: its number in the source (F7), its name and its function."""

    number: str
    name: str
    function: Callable[..., Outputs]

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.function) or "").partition("\n")[0].partition(" Source:")[0]


@dataclass(frozen=True)
class Failure:
    """One worked example that did not come out as written."""

    example: str
    differences: list[str]


_registry: dict[str, Formula] = {}


def formula(number: str) -> Callable[[Callable[P, Outputs]], Callable[P, Outputs]]:
    """Register a function under its own name, and compute it at full precision (C1)."""

    def register(function: Callable[P, Outputs]) -> Callable[P, Outputs]:
        @functools.wraps(function)
        def precise(*args: P.args, **kwargs: P.kwargs) -> Outputs:
            with localcontext(CONTEXT):
                return function(*args, **kwargs)

        known = _registry.get(function.__name__)
        # Reloading a module registers the same function again; a second function under a name is a mistake.
        if known and known.function.__module__ != function.__module__:
            raise FormulaError(f"{function.__name__} is registered twice")
        _registry[function.__name__] = Formula(number, function.__name__, precise)
        return precise

    return register


@formula("F1")
def round_value(*, value: Number, scale: Number, mode: str = "half_up") -> Outputs:
    """A number rounded to `scale` places: half up and away from zero, or up. Source: domain formulas F1."""
    return {"result": numbers.round_value(value, scale, mode)}


@formula("F2")
def fiscal_calendar(*, date: periods.DateLike, fy_start_month: Number) -> Outputs:
    """The fiscal year, quarter and month of a date. Source: domain formulas F2."""
    return periods.fiscal_calendar(date, fy_start_month)


@formula("F3")
def apportion(*, total: Number, scale: Number, weights: Sequence[Number]) -> Outputs:
    """A total split by weights into parts that add up exactly. Source: domain formulas F3."""
    return {"parts": numbers.apportion(total, scale, weights)}


def registered() -> dict[str, Formula]:
    """Every formula of every app by name, in the order of the source (F1, F2, ...)."""
    for module in _formula_modules():
        importlib.import_module(module)
    return dict(sorted(_registry.items(), key=lambda item: (int(item[1].number[1:]), item[0])))


def run(name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Compute one formula by name; the outputs come back in JSON text form (numbers as strings).

    Raises FormulaError for an unknown name or for inputs it does not take; a bad value raises what
    the formula raises (TypeError for a float, ValueError for text that is not a number).
    """
    known = registered().get(name)
    if known is None:
        raise FormulaError(f"no formula is called {name!r}")
    try:
        inspect.signature(known.function).bind(**inputs)
    except TypeError as error:
        raise FormulaError(f"{name}: {error}") from error
    return {key: to_json(value) for key, value in known.function(**inputs).items()}


def to_json(value: Any) -> Any:
    """A value as worked examples write it: numbers as text with all places, dates ISO, the rest native."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    raise TypeError(f"a formula must not return {type(value).__name__}")


def check_file(path: str | Path) -> tuple[int, list[Failure]]:
    """Run every worked example of a file; how many passed, and what differed in the others.

    The file is a list of {formula, inputs, outputs}, or an object with such a list under "examples".
    """
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    examples = content["examples"] if isinstance(content, dict) else content
    failures = []
    for position, example in enumerate(examples, start=1):
        differences = list(_differences_of(example))
        if differences:
            failures.append(Failure(str(example.get("id", f"example {position}")), differences))
    return len(examples) - len(failures), failures


def _differences_of(example: Mapping[str, Any]) -> Iterator[str]:
    try:
        actual = run(example["formula"], example["inputs"])
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        yield f"raised {type(error).__name__}: {error}"
        return
    yield from _compare("", example["outputs"], actual)


def _compare(path: str, expected: Any, actual: Any) -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in expected | actual:
            where = f"{path}.{key}" if path else key
            if key not in actual:
                yield f"{where}: missing"
            elif key not in expected:
                yield f"{where}: not expected"
            else:
                yield from _compare(where, expected[key], actual[key])
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for i, (left, right) in enumerate(zip(expected, actual, strict=True)):
            yield from _compare(f"{path}[{i}]", left, right)
    # The types too: the text "true" is not true, and 1 == True in Python.
    elif type(expected) is not type(actual) or expected != actual:
        yield f"{path}: expected {expected!r}, got {actual!r}"


def _formula_modules() -> list[str]:
    # Derived from the folders, so that a new app's formulas are found without editing a list.
    apps = (path for path in _PROJECT.iterdir() if (path / "__init__.py").is_file() and path.name != "tests")
    with_formulas = (
        path.name for path in apps if (path / "formulas.py").is_file() or (path / "formulas/__init__.py").is_file()
    )
    return [f"{name}.formulas" for name in sorted(with_formulas)]
