"""Tables about the code, made from the code: every lifecycle with its moves, every permission with its roles."""

from __future__ import annotations

from django.apps import apps

from prm.kernel.policies import permissions
from prm.kernel.roles import Role


def lifecycles() -> list[str]:
    """A line per record and state: where it may go from there."""
    lines = []
    for model in sorted(apps.get_models(), key=lambda m: m._meta.label):
        moves = getattr(model, "MOVES", None)
        if moves is None:
            continue
        lines.append(f"{model.__name__}")
        for state, targets in moves.items():
            lines.append(f"  {state!s:<14} -> {', '.join(sorted(str(t) for t in targets)) or '(end)'}")
    return lines


def roles_table() -> list[str]:
    """A line per permission: the roles that hold it."""
    width = max(len(name) for name in permissions())
    lines = []
    for name, grant in sorted(permissions().items()):
        held = "everyone" if len(grant.roles) == len(Role) else ", ".join(sorted(str(r) for r in grant.roles))
        lines.append(f"{name:<{width}}  {held}")
    return lines
