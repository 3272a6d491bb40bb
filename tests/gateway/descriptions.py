"""Session descriptions and candidates as Chromium 156 made them, for tests without a browser."""

OFFER = """\
v=0
o=- 2028218893497071594 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 70b36936-e1c1-4359-9114-0669238b049c
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:kR7+
a=ice-pwd:oLYBWmlEJdodCCs/GG8k8ELE
a=ice-options:trickle
a=fingerprint:sha-256 84:EA:AA:13:AA:6D:0A:7C:26:F0:4B:04:FB:4E:9B:07:6C:55:A2:E1:16:7D:1D:73:BB:99:77:88:4D:B4:DC:FA
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:70b36936-e1c1-4359-9114-0669238b049c 7f57905f-0e46-4499-bf16-bc0c961374cc
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:2868593079 cname:JnCmzeY+CRv+ab7V
a=ssrc:2868593079 msid:70b36936-e1c1-4359-9114-0669238b049c 7f57905f-0e46-4499-bf16-bc0c961374cc
""".replace("\n", "\r\n")

ANSWER = """\
v=0
o=- 6956909478189727056 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE a
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 44339 UDP/TLS/RTP/SAVPF 111
c=IN IP4 127.0.0.1
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1287701174 1 udp 2122194687 127.0.0.1 44339 typ host generation 0 network-id 3 network-cost 50
a=candidate:2824876066 1 udp 2122063615 192.0.2.2 36760 typ host generation 0 network-id 1
a=candidate:1575800894 1 udp 2122267903 ::1 41449 typ host generation 0 network-id 4 network-cost 50
a=ice-ufrag:31jX
a=ice-pwd:xlBu2g+ab68+FBbeT1DpianT
a=ice-options:trickle
a=fingerprint:sha-256 2F:22:0F:6B:46:E2:CE:0B:54:64:BE:7A:C8:14:DE:EF:11:B2:6B:5C:74:77:AF:1B:52:CC:88:2C:D9:82:8C:95
a=setup:active
a=mid:a
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
""".replace("\n", "\r\n")

GATEWAY_ANSWER = """\
v=0
o=- 1795335409455037 1 IN IP4 192.0.2.2
s=AudioBridge r
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 192.0.2.2
a=sendrecv
a=rtpmap:111 opus/48000/2
a=fmtp:111 maxplaybackrate=48000; stereo=0; sprop-stereo=0; useinbandfec=1
a=ssrc:765928872 cname:janus
""".replace("\n", "\r\n")

HOST_CANDIDATE = (
    "candidate:1287701174 1 udp 2122194687 192.0.2.2 44339 typ host generation 0 network-id 3 network-cost 50"
)
CANDIDATES = [
    HOST_CANDIDATE,
    "candidate:1661399490 1 udp 2122134271 fd00::2 40274 typ host generation 0 network-id 2",
    "candidate:3 1 udp 2122134271 7f0e3a2c-6b1d-4c0f-9d53-1f3c1b0a9e11.local 40274 typ host generation 0 ufrag kR7+",
    "candidate:842163049 1 udp 1677729535 198.51.100.7 41002 typ srflx raddr 0.0.0.0 rport 0 generation 0",
    "candidate:4 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active generation 0",
    "candidate:5 1 UDP 41885439 203.0.113.9 50000 typ relay raddr 198.51.100.7 rport 41002",
]
