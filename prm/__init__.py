"""The partner relationship management system: its roof (settings, addresses, worker) and its kernel."""
