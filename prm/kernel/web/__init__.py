"""Everything between an address and an action: tenancy of requests, access, lists, documents, the API's frame."""
