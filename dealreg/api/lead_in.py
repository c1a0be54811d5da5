"""The door for leads of other systems: a key that can do nothing else, a lead at a time, sent twice taken in once."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.response import Response

from dealreg.actions.leads import receive_lead
from dealreg.api.lead_shapes import LeadInput, TakenIn
from dealreg.models import LeadContact
from prm.kernel import clock
from prm.kernel.errors import Invalid, Refused
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant_id
from prm.kernel.web.inputs import checked
from prm.kernel.web.viewsets import RecordsViewSet

MOST_BYTES = 16_384
MOST_A_MINUTE = 6_000  # of one key
LONGEST_KEY = 200


class TooLarge(Refused):
    """A lead has at most 16 KB."""

    status = 413
    code = "too_large"


class TooFast(Refused):
    """Too many calls in this minute. Go on in the next one."""

    status = 429
    code = "too_fast"


class LeadInViewSet(RecordsViewSet):
    """Leads of other systems. The answer is the same whether or not the person is known."""

    queryset = LeadContact.objects.order_by("pk")
    serializer_class = TakenIn
    permissions = {"create": "dealreg.receive_lead"}

    @extend_schema(
        request=LeadInput,
        responses={201: TakenIn},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                description="Your name for this lead: sent again within 7 days it is taken in once. "
                "With another content it is refused (409).",
            )
        ],
    )
    def create(self, request: Any) -> Response:
        """Hand in a lead. It goes to the partner that fits best."""
        require(self.member, "dealreg.receive_lead")
        principal = _principal(request)
        _refuse_too_fast(principal)
        _refuse_too_large(request)
        key = request.headers.get("Idempotency-Key", "")
        if len(key) > LONGEST_KEY or not key.isascii() or not (key.isprintable() or not key):
            raise Invalid(f"An Idempotency-Key has at most {LONGEST_KEY} plain characters.", code="bad_key")
        taken = receive_lead(checked(LeadInput, request), by=self.member, principal=principal, key=key)
        return Response({"received": str(taken.pk)}, status=status.HTTP_201_CREATED)


def _principal(request: Any) -> str:
    """The key that is used, or the person in a browser."""
    token = getattr(request._request, "api_token", None)
    return token.pk.hex if token is not None else request._request.member.pk.hex


def _refuse_too_large(request: Any) -> None:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise TooLarge()


def _refuse_too_fast(principal: str) -> None:
    """Counted beside the database: a call that is refused counts, too. Without a cache nothing is counted."""
    counter = f"lead-in:{current_tenant_id()}:{principal}:{clock.now():%Y%m%d%H%M}"
    if cache.add(counter, 1, timeout=120):
        return
    try:
        count = cache.incr(counter)
    except ValueError:
        return
    if count and count > MOST_A_MINUTE:
        raise TooFast()
