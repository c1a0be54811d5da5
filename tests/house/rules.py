"""The rules of the house that can be read off the source: each with its reason, its exceptions and a bad sample."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
Found = Iterator[int]


@dataclass(frozen=True)
class Rule:
    """`find` yields the lines that break the rule; `allowed` names files that may, each with the reason."""

    name: str
    why: str
    find: Callable[[ast.Module], Found]
    bad: str
    allowed: dict[str, str] = field(default_factory=dict)
    where: tuple[str, ...] = ("prm/kernel", *settings.APPS)


def sources(where: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for folder in where:
        place = ROOT / folder
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            name = file.relative_to(ROOT).as_posix()
            if "/migrations/" not in name:
                yield name, file.read_text(encoding="utf-8")


@cache
def parsed(text: str) -> ast.Module:
    """Each file is read by many rules, and parsed once."""
    return ast.parse(text)


def dotted_name(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute; what stands before a call or an index is left out."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted_name(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def breaches(rule: Rule) -> list[str]:
    return [
        f"{name}:{line}: {rule.name}"
        for name, text in sources(rule.where)
        if not any(name.startswith(allowed) for allowed in rule.allowed)
        for line in rule.find(parsed(text))
    ]


def calls(*names: str) -> Callable[[ast.Module], Found]:
    """Calls whose dotted name ends with one of these (`timezone.now`, `float`)."""

    def find(tree: ast.Module) -> Found:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                dotted = dotted_name(node.func)
                if any(dotted == name or dotted.endswith("." + name) for name in names):
                    yield node.lineno

    return find


def mentions(*names: str) -> Callable[[ast.Module], Found]:
    """A name or attribute of that name, imported or used."""

    def find(tree: ast.Module) -> Found:
        for node in ast.walk(tree):
            known: list[str] = []
            if isinstance(node, ast.Name):
                known = [node.id]
            elif isinstance(node, ast.Attribute):
                known = [node.attr]
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                known = [alias.name for alias in node.names]
            if set(known) & set(names):
                yield node.lineno

    return find


def imports(*modules: str) -> Callable[[ast.Module], Found]:
    def find(tree: ast.Module) -> Found:
        for node in ast.walk(tree):
            known = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                known = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
            if any(name == module or name.startswith(module + ".") for name in known for module in modules):
                yield node.lineno

    return find


def assigns_state(tree: ast.Module) -> Found:
    """`x.state = ...`, `.update(state=...)`, and saving the column by name."""
    for node in ast.walk(tree):
        is_set = isinstance(node, (ast.Assign, ast.AugAssign))
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if is_set and any(isinstance(t, ast.Attribute) and t.attr == "state" for t in targets):
            yield node.lineno
        is_update = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        if is_update and any(keyword.arg == "state" for keyword in node.keywords):
            yield node.lineno


def says(*texts: str) -> Callable[[ast.Module], Found]:
    """A string (not a docstring) that contains one of these."""

    def find(tree: ast.Module) -> Found:
        documentation = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
            if is_text and any(text in node.value for text in texts):
                yield node.lineno

    return find


def all_fields(tree: ast.Module) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value == "__all__":
            yield node.lineno


def through_a_shell(tree: ast.Module) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(
            k.arg == "shell" and not (isinstance(k.value, ast.Constant) and k.value.value is False)
            for k in node.keywords
        ):
            yield node.lineno


def swallows_database_errors(tree: ast.Module) -> Found:
    """An except for a database error around statements that have no savepoint of their own."""
    errors = {"DatabaseError", "IntegrityError", "OperationalError", "ProgrammingError", "DataError"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            caught = {n.id for h in node.handlers if h.type for n in ast.walk(h.type) if isinstance(n, ast.Name)}
            guarded = any(
                re.search("atomic|scope", ast.unparse(s.items[0])) for s in node.body if isinstance(s, ast.With)
            )
            raises_again = all(any(isinstance(n, ast.Raise) for n in ast.walk(h)) for h in node.handlers)
            if caught & errors and not guarded and not raises_again:
                yield node.lineno


def defines_save(tree: ast.Module) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            "Record" in ast.unparse(b) or "Partner" in ast.unparse(b) for b in node.bases
        ):
            yield from (f.lineno for f in node.body if isinstance(f, ast.FunctionDef) and f.name in {"save", "delete"})


BUSINESS = tuple(settings.APPS)
RULES = [
    Rule(
        "only lifecycle.move assigns a state",
        "read-then-write paid one claim 29 times",
        assigns_state,
        "claim.state = 'paid'",
        {
            "prm/kernel/outbox.py": "a delivery's state is guarded by its lease",
            "prm/kernel/imports/run.py": "the state of a report in memory",
            "prm/kernel/imports/reports.py": "the state of a report in memory",
            "dealreg/importers/opportunities.py": "a new record of business that ended elsewhere begins as it ended",
        },
    ),
    Rule(
        "only tenancy/context sets the context",
        "a setting for the session would leak through pooled connections",
        says("set_config(", "set app.", "set local app.", "set role", "row_security"),
        "cursor.execute('select set_config(%s, %s, false)')",
        {
            "prm/kernel/tenancy/context.py": "the one place",
            "prm/kernel/management/commands/bootstrap_roles.py": "prints the SQL that makes the roles",
        },
    ),
    Rule("no csrf_exempt", "a form of another site could act", mentions("csrf_exempt"), "@csrf_exempt\ndef f(): ..."),
    Rule(
        "no mark_safe",
        "text of people is never markup",
        mentions("mark_safe", "SafeString", "SafeText"),
        "x = mark_safe(y)",
        {
            "prm/kernel/templatetags/kit": "joins parts that format_html has escaped",
            "prm/kernel/charts_svg/": "joins marks and rows that escape their own texts",
            "prm/kernel/templatetags/own_i18n.py": "puts words that it has escaped into our own texts",
            "prm/kernel/web/drawn.py": "keeps what a template of the kit has drawn",
            "prm/kernel/web/cells.py": "joins texts that it has escaped",
            "dealreg/rows/cells.py": "joins badges that the kit has drawn",
        },
    ),
    Rule("no all fields", "a new column would become writable", all_fields, "class Meta:\n    fields = '__all__'"),
    Rule(
        "work follows only through the outbox",
        "a task sent inside a transaction runs even when it is rolled back",
        mentions("delay", "apply_async", "send_task"),
        "task.delay(1)",
        {"prm/kernel/outbox.py": "rings the worker after the commit"},
    ),
    Rule(
        "no cache without the tenant in its key",
        "Redis has no row security",
        imports("django.core.cache", "django.views.decorators.cache.cache_page"),
        "from django.core.cache import cache",
        {
            "prm/kernel/caching.py": "the cache itself",
            "dealreg/api/lead_in.py": "counts the calls of one key of one tenant; both stand in the name of the count",
        },
    ),
    Rule(
        "one clock",
        "an action has one time, and tests travel in it",
        calls("timezone.now", "datetime.now", "date.today", "datetime.utcnow", "timezone.localdate", "localtime"),
        "timezone.now()",
        where=BUSINESS,
    ),
    Rule(
        "no float near money",
        "0.1 + 0.2",
        calls("float"),
        "float(amount)",
        {
            "qbr/powerpoint/": "the drawing library counts axes and positions in floats",
            "prm/kernel/charts_svg/": "positions on a drawing",
        },
    ),
    Rule(
        "whole numbers are read one way",
        "the framework's field takes digits of every script",
        calls("forms.IntegerField"),
        "forms.IntegerField()",
    ),
    Rule("no shell", "text of people would become a command", through_a_shell, "run('ls', shell=True)"),
    Rule(
        "nothing calls out",
        "addresses given by people lead inside the house",
        imports("requests", "httpx", "urllib.request", "urllib3", "aiohttp", "http.client", "socket", "smtplib"),
        "import requests",
        {
            "prm/kernel/signin/adapters.py": "names the errors of mail servers; sends nothing itself",
            "prm/kernel/egress.py": "the one door to the outside, which looks at each address before it is called",
            "prm/kernel/proofs.py": "looks for the proof of a host at public addresses only",
        },
    ),
    Rule(
        "no swallowed database error",
        "the answer says saved while the transaction is rolled back",
        swallows_database_errors,
        "try:\n    x.save()\nexcept IntegrityError:\n    pass",
        {"prm/kernel/isolation/tables.py": "the savepoint travels with the statement, and is always rolled back to"},
    ),
    Rule(
        "rules take no request",
        "a rule must hold for pages, API, imports and tasks alike",
        imports("django.http", "django.shortcuts", "rest_framework"),
        "from django.http import HttpRequest",
        where=tuple(
            f"{app}/{layer}"
            for app in BUSINESS
            for layer in ("actions", "queries.py", "policies.py", "formulas", "models.py")
        ),
    ),
    Rule(
        "no save override",
        "a model is a table, verbs are actions",
        defines_save,
        "class A(VendorRecord):\n    def save(self): ...",
    ),
    Rule(
        "no signals",
        "what follows an event is said where one looks for it",
        imports("django.db.models.signals", "django.dispatch"),
        "from django.dispatch import receiver",
        {
            "prm/kernel/apps.py": "stamps the fences after migrate",
            "prm/kernel/signin/": "allauth speaks in signals",
            "prm/kernel/tenancy/planned.py": "Django says by a signal that a connection was made",
        },
    ),
    Rule(
        "no implicit many-to-many",
        "its table would have no tenant",
        mentions("ManyToManyField"),
        "models.ManyToManyField('x')",
    ),
    Rule(
        "no raw SQL in business code",
        "it would step past the manager's filter",
        calls("objects.raw", "RawSQL", "connection.cursor", "cursor.execute", "objects.extra", "_base_manager.all"),
        "Deal.objects.raw('select 1')",
        allowed={
            "sales/queries/sums.py": "sums of all partners at once: each statement names its tenant, the fences hold",
            "dealreg/queries/pipeline_measures.py": "all figures of the pipeline at once: the same holds",
        },
        where=BUSINESS,
    ),
]

TEMPLATE_RULES = {
    "text of people is escaped": (r"\|\s*safe\b|autoescape\s+off|\|\s*safeseq\b", "{{ x|safe }}"),
    "no inline script": (r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", "<script>alert(1)</script>"),
    "no inline style": (r"\sstyle\s*=|<style\b", "<p style='color:red'>"),
    "no handler in an attribute": (r"\s(on[a-z]+|hx-on[:a-z-]*)\s*=|hx-vals\s*=\s*['\"]js:", "<a onclick='x()'>"),
    "nothing from elsewhere": (
        r"(src|href)\s*=\s*['\"](https?:)?//(?!www\.w3\.org)",
        "<img src='https://cdn.example/x.js'>",
    ),
    "words that a vendor chooses are asked for": (
        r"{%\s*trans\s+(['\"])(Partners?|Tiers?|Account managers?)\1",
        '{% trans "Account manager" %}',
    ),
    "forms that change something carry a token": (
        r"(?s)<form(?=[^>]*method=['\"]post)(?:(?!</form>).)*?</form>",
        "<form method='post'><button></button></form>",
    ),
}
SCRIPT_RULES = {
    "no markup from text": (r"\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|document\.write", "a.innerHTML = b"),
    "no code from text": (r"\beval\(|new Function\(|setTimeout\(\s*['\"]", "eval(x)"),
}


def template_breaches(name: str, text: str) -> list[str]:
    """What is wrong with one template."""
    text = re.sub(r"(?s){#.*?#}|{%\s*comment.*?endcomment\s*%}", "", text)
    found = []
    for rule, (pattern, _) in TEMPLATE_RULES.items():
        for match in re.finditer(pattern, text, re.IGNORECASE):
            if rule.startswith("forms") and re.search(r"csrf_token|csrf_input", match[0]):
                continue
            found.append(f"{name}: {rule}: {match[0][:60]!r}")
    return found


def templates() -> Iterator[tuple[str, str]]:
    for folder in (ROOT / "templates", *(ROOT / app / "templates" for app in settings.APPS)):
        for file in sorted(folder.rglob("*.*")):
            if file.suffix in {".html", ".txt", ".svg"}:
                yield file.relative_to(folder).as_posix(), file.read_text(encoding="utf-8")


def scripts() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "static").rglob("*.js")):
        if not {"vendor", "dist"} & set(file.parts):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
