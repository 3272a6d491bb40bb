"""The gateway's client: no Django inside, nothing of our own apps.

messages, protocol      what is said, without a socket            errors
connection              one socket                                endpoint
client, handle          one session, kept alive                   notices
audiobridge, streaming  typed requests to the two plugins         answers, credentials
pool, relay             the gateways of one process, for callers on any loop or thread
sdp                     what browsers send, checked before any of it gets here
admin                   the admin API
config, supervisor      the gateway process itself                addresses
"""
