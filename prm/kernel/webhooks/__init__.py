"""A vendor's other programs are told of what happens here: signed as Standard Webhooks says, tried for three days.

An endpoint is an address with the events it wants. Each event that is committed becomes a message per endpoint; each
message is sent by the outbox until it is taken, and every attempt is kept. What is told is who and what, never the
words of a record: whoever may know more asks the API.
"""
