"""What is asked of everybody who writes to a vendor from outside: to be a person, and not too many at once."""

from __future__ import annotations

import datetime as dt
import re

from django.core import signing
from django.db.models import F
from django.utils.crypto import salted_hmac

from partners.models import ApplicationCount
from prm.kernel import clock
from prm.kernel.errors import Invalid, Refused
from prm.kernel.tenancy.context import current_tenant

SHORTEST_FILLING = dt.timedelta(seconds=3)  # nobody fills in a form faster
LONGEST_FILLING = dt.timedelta(hours=24)
MOST_LINKS = 2
LIMITS = {"network": 10, "address": 3, "vendor": 1000}  # an hour; a day; a day
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


class TooMany(Refused):
    """There was much from your network in the last hour. Please try again later."""

    status = 429
    code = "too_many"


class FormTooOld(Invalid):
    """This form was open for very long. Nothing is lost: look it over and send it again."""

    code = "form_too_old"


class FormTooQuick(Invalid):
    """That was very quick. Please look it over and send it again."""

    code = "form_too_quick"


def stamp_form() -> str:
    """What the form carries, so that it is known when it was opened, and that we made it."""
    return signing.dumps(
        {"at": clock.now().timestamp(), "tenant": str(current_tenant().pk)}, salt="partners.application"
    )


def check_stamp(stamp: str) -> None:
    """Refuse what no person filled in: a form that is not ours, or was sent at once; or that lay for a day."""
    try:
        kept = signing.loads(stamp, salt="partners.application")
    except signing.BadSignature:
        raise FormTooOld() from None
    age = dt.timedelta(seconds=clock.now().timestamp() - kept["at"])
    if kept["tenant"] != str(current_tenant().pk) or age > LONGEST_FILLING:
        raise FormTooOld()
    if age < SHORTEST_FILLING:
        raise FormTooQuick()


def count_visit(network: str) -> None:
    """Count one more form from this network and for this vendor, or refuse it."""
    if not _count("network", network, f"{clock.now():%Y-%m-%dT%H}") or not _count("vendor", "", _day()):
        raise TooMany()


def counts_for(kind: str, who: str) -> bool:
    """Count one more for an address of today; False when it has had its share."""
    return _count(kind, who, _day())


def _count(kind: str, who: str, span: str) -> bool:
    """Count one more, unless the limit is reached: an update that only one of many at once can do last."""
    said = salted_hmac("partners.applicants", f"{kind}|{who.casefold()}", algorithm="sha256").hexdigest()
    key = {"kind": kind, "who": said, "span": span}
    ApplicationCount.objects.bulk_create([ApplicationCount(**key)], ignore_conflicts=True)
    return bool(ApplicationCount.objects.filter(**key, count__lt=LIMITS[kind]).update(count=F("count") + 1))


def _day() -> str:
    return f"{clock.now():%Y-%m-%d}"
