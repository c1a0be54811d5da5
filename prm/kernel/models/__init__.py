"""Vendors (tenants), people and their memberships, the event log with its outbox, webhooks, files, long jobs."""

from prm.kernel.models.calendars import CalendarFeed
from prm.kernel.models.events import Delivery, Event, EventNote, Wakeup
from prm.kernel.models.files import Job, StoredFile
from prm.kernel.models.identity import ApiToken, Invitation, Membership, Team, Tenant, TenantDomain, User
from prm.kernel.models.imports import ImportBatch, ImportChange, ImportMapping, ImportUpload
from prm.kernel.models.notices import Notification
from prm.kernel.models.once import KeptAnswer
from prm.kernel.models.views import SavedView
from prm.kernel.models.webhooks import WebhookAttempt, WebhookEndpoint, WebhookMessage

__all__ = [
    "ApiToken",
    "CalendarFeed",
    "Delivery",
    "Event",
    "EventNote",
    "ImportBatch",
    "ImportChange",
    "ImportMapping",
    "ImportUpload",
    "Invitation",
    "Job",
    "KeptAnswer",
    "Membership",
    "Notification",
    "SavedView",
    "StoredFile",
    "Team",
    "Tenant",
    "TenantDomain",
    "User",
    "Wakeup",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookMessage",
]
