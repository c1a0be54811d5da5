"""The door for leads of other systems: a key that can do nothing else, a lead at a time, sent twice taken in once."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from dealreg.actions.leads import receive_lead
from dealreg.api.lead_shapes import LeadInput, TakenIn
from dealreg.models import LeadContact
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant_id
from prm.kernel.web.inputs import checked
from prm.kernel.web.once_api import IN_DESCRIPTION, key_of, principal_of
from prm.kernel.web.viewsets import RecordsViewSet

MOST_BYTES = 16_384
MOST_A_MINUTE = 6_000  # of one key


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
    keeps_own_keys = True  # the lead as it was taken in is what a second request finds

    @extend_schema(
        request=LeadInput,
        responses={201: TakenIn},
        parameters=[IN_DESCRIPTION],
    )
    def create(self, request: Any) -> Response:
        """Hand in a lead. It goes to the partner that fits best."""
        require(self.member, "dealreg.receive_lead")
        principal = principal_of(request)
        _refuse_too_fast(principal)
        _refuse_too_large(request)
        key = key_of(request)
        taken = receive_lead(checked(LeadInput, request), by=self.member, principal=principal, key=key)
        return Response({"received": str(taken.pk)}, status=status.HTTP_201_CREATED)


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
