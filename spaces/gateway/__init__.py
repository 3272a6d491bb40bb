"""Talk to the media gateway. This package imports neither Django nor any app of the project.

messages, protocol      the messages and their order, without a socket
connection              one socket
client, handle          one session, kept alive
audiobridge, streaming  typed requests to the two plugins
pool, relay             the gateways of one process, for callers on any loop or thread
sdp                     checks of what browsers send, made before any of it gets here
admin                   the admin API
config, supervisor      the gateway process itself
errors, endpoint, notices, answers, credentials, addresses
"""
