"""What partners do later and every day, by noun."""

from partners.tasks import announcements, bulk, people, segments, work  # noqa: F401 - registers their tasks
