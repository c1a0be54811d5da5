"""What pages show of deals, opportunities, leads and contracts: every figure, date and clock written once."""
