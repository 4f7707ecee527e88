//! The message measured.

/// An INVITE as a carrier's session border controller sends it, with LF for line ends.
pub(crate) const INVITE: &str = "\
INVITE sip:+15550100@sip.example.net:5060;user=phone SIP/2.0
Via: SIP/2.0/UDP 203.0.113.7:5060;rport;branch=z9hG4bK0g9s6f20f8r9s1k7a6d0.1
Via: SIP/2.0/TCP 198.51.100.20:5061;received=198.51.100.20;branch=z9hG4bK-524287-1---d8754z
Record-Route: <sip:203.0.113.7;lr;ftag=gK0c1a2b3c>,<sip:198.51.100.20:5061;transport=tcp;lr>
Max-Forwards: 68
From: \"Ada Lovelace\" <sip:+15550123@carrier.example.com;user=phone>;tag=gK0c1a2b3c
To: <sip:+15550100@sip.example.net;user=phone>
Call-ID: 1107296257_133204718@198.51.100.20
CSeq: 812345 INVITE
Contact: \"Ada Lovelace\" <sip:+15550123@198.51.100.20:5061;transport=tcp>
Allow: INVITE, ACK, CANCEL, BYE, REGISTER, REFER, INFO, SUBSCRIBE, NOTIFY, PRACK, UPDATE, OPTIONS, MESSAGE
Accept: application/sdp, application/isup, application/dtmf, application/dtmf-relay, multipart/mixed
Supported: timer, 100rel, replaces, norefersub, histinfo
Session-Expires: 1800;refresher=uac
Min-SE: 90
P-Asserted-Identity: \"Ada Lovelace\" <sip:+15550123@carrier.example.com;user=phone>
Privacy: none
Diversion: <sip:+15550188@carrier.example.com>;reason=unconditional;counter=1
History-Info: <sip:+15550188@carrier.example.com>;index=1
Reason: SIP;cause=302;text=\"Moved temporarily\"
User-Agent: Example SBC 9.2
Date: Sat, 28 Nov 2026 12:00:00 GMT
Content-Disposition: session;handling=required
Content-Type: application/sdp
Content-Length: 317

v=0
o=SBC 21458 24811 IN IP4 203.0.113.7
s=sip call
c=IN IP4 203.0.113.9
t=0 0
m=audio 41372 RTP/AVP 8 0 9 101
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:9 G722/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=sendrecv
a=rtcp:41373
a=maxptime:20
a=ptime:20
a=ssrc:3735928559 cname:sbc
";
