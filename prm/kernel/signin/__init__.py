"""Signing in: invitations, second factors, outside identity providers."""
