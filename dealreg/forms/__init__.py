"""What is asked of people about deals, opportunities, leads and contracts."""
