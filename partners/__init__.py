"""The companies that sell for the vendor: who they are, where they stand and how they were won.

A partner is a company of a type (reseller, distributor, referrer and others) in a tier, with a profile
its champion keeps, contacts, agreements, and sometimes a sponsoring distributor. It is recruited along
a pathway (identified, contacted, engaged, qualified, committed, onboarded, first revenue), then active,
perhaps on notice, and in the end closed. Everyone else's numbers about a partner meet here.
"""
