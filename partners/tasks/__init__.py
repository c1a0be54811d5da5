"""What partners do later and every day, by noun."""

from partners.tasks import alerts, announcements, bulk, segments  # noqa: F401 - registers their tasks
