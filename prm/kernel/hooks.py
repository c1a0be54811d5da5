"""What the kernel lends to the navigation: people, keys, the policy of signing in."""

from prm.kernel.signin import home  # noqa: F401 - lends its parts of the home page
from prm.kernel.web.navigation import Entry, navigation

navigation(Entry("People", "kernel:people", "users", 800, "kernel.view_member", partner_label="Colleagues"))
navigation(Entry("Settings", "kernel:settings", "settings", 900, "kernel.edit_settings"))
navigation(Entry("Imports", "kernel:imports", "file-import", 850, "kernel.import_file", for_vendor=True))
navigation(Entry("API keys", "kernel:tokens", "key", 910, "kernel.view_token"))
navigation(Entry("Webhooks", "kernel:webhooks", "webhook", 915, "kernel.view_endpoint"))
navigation(Entry("Sign-in", "kernel:sign_in_policy", "shield-lock", 920, "kernel.edit_sign_in"))
