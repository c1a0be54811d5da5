"""The companies that sell for the vendor: who they are, where they stand and how they were won.

A partner is a company of a type (reseller, distributor, referrer and others) in a tier, with a profile
its champion keeps, contacts, agreements, and sometimes a sponsoring distributor. It is identified, contacted,
engaged, qualified, committed (or declined), onboarding, active; it may be lapsed, reactivating or suspended,
and in the end terminated. Everyone else's numbers about a partner meet here.
"""
