"""Who may open an address. Every view says it with one of these decorators; a test refuses views without.

Not allowed to know of a record: 404. Allowed to know, not to do: 403.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial, wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from prm.kernel.policies import require
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.web.member import member_of

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Access:
    """What an address asks for; the route matrix of the tests is derived from it."""

    kind: str  # public, visitor, signed_in, member, permission
    permission: str = ""
    model: Any = None


def public(view: View) -> View:
    """Open to everyone, signed in or not."""
    view.access = Access("public")  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """For any person with a login, outside a tenant: only what is the person's own."""
    answer = login_required(view)
    answer.access = Access("signed_in")  # type: ignore[attr-defined]
    return answer


def for_members(view: View) -> View:
    """For every member of the tenant, whatever the role."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        member_of(request)
        return view(request, *args, **kwargs)

    answer.access = Access("member")  # type: ignore[attr-defined]
    return answer


def may(permission: str, of: Any = None) -> Callable[[View], View]:
    """For members who hold `permission`. `of` is a model or queryset: the record is found by `<model>_id`."""

    def decorate(view: View) -> View:
        find = _finder(of)

        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            member = member_of(request)
            if of is None:
                require(member, permission)
                return view(request, *args, **kwargs)
            found = find(member, kwargs.pop(keyword_of(of)))
            require(member, permission, found)
            request.subject = found  # type: ignore[attr-defined]
            return view(request, found, *args, **kwargs)

        answer.access = Access("permission", permission, model_of(of))  # type: ignore[attr-defined]
        return answer

    return decorate


def find_visible(of: Any, member: Any, pk: Any) -> Any:
    """The record if this member may know of it, else 404, the same for foreign and for unknown ids."""
    pk = known_id(of, pk)
    if not isinstance(of, QuerySet):
        return _finder(of)(member, pk)
    return _only(_visible(of, member, pk))


def known_id(of: Any, pk: Any) -> Any:
    """The id as the records of that model have it; what is none at all (`abc`) is as unknown as an unknown one."""
    try:
        return model_of(of)._meta.pk.to_python(pk)
    except ValidationError:
        raise Http404 from None


@cache
def _finder(of: Any) -> Callable[[Any, Any], Any]:
    """As `find_visible`, for what is asked again and again: a model, or the queryset of an address."""
    visible = prepared(partial(_visible, of))
    return lambda member, pk: _only(visible(member, pk) if isinstance(pk, UUID) else _visible(of, member, pk))


def _visible(of: Any, member: Any, pk: Any) -> QuerySet:
    queryset: Any = of.all() if isinstance(of, QuerySet) else of.objects.all()
    return queryset.visible_to(member).filter(pk=pk)[:1]


def _only(found: Iterable[Any]) -> Any:
    record = next(iter(found), None)
    if record is None:
        raise Http404
    return record


def model_of(of: Any) -> Any:
    return of.model if isinstance(of, QuerySet) else of


def keyword_of(of: Any) -> str:
    """The address keyword of a record: `deal_registration_id` for DealRegistration."""
    import re

    return re.sub(r"(?<!^)(?=[A-Z])", "_", model_of(of).__name__).lower() + "_id"
