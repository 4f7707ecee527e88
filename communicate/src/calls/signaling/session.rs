//! What session descriptions and bodies mean for a leg.

use tandem_call::sdp::{Codec, Description, Direction, SdpError};
use tandem_media::{AudioCodec, Flow, RtpRemote};
use tandem_proto::api::EndReason;
use tandem_sip::{Name, Parametrised, Peer, Request, Response, StatusCode};

use super::{LegNews, Means, SDP, SipLeg};

impl SipLeg {
    /// Points our media to where an answer says. Tells whether the far end holds now, if that is new.
    pub(super) async fn connect(
        &mut self,
        means: Means<'_>,
        body: &[u8],
        from: Peer,
    ) -> Result<Option<LegNews>, EndReason> {
        let description = Description::parse(body).map_err(|error| {
            tracing::info!(leg = %self.leg, %error, "session description cannot be used");
            EndReason::MediaMismatch
        })?;
        let connected = means.media.connect_rtp(self.leg.into(), remote_of(&description, from)).await;
        match connected {
            Ok(()) => {}
            // Its media is about to be made elsewhere, and the far end will be told.
            Err(error) if self.untold.is_some() => {
                tracing::debug!(leg = %self.leg, %error, "media moves");
            }
            Err(error) => {
                tracing::warn!(leg = %self.leg, %error, "media cannot be connected");
                return Err(EndReason::Failed);
            }
        }
        Ok(self.held_by(description.direction))
    }

    /// Notes whether the far end holds; tells it if that is new.
    pub(super) fn held_by(&mut self, direction: Direction) -> Option<LegNews> {
        let held = is_hold(direction);
        (std::mem::replace(&mut self.held, held) != held).then_some(LegNews::Hold(held))
    }
}

/// Refuses what carries a body that is no session description (415), or takes none for an answer (406). What requires an extension we do
/// not have was refused by the stack.
pub(crate) fn check(request: &Request) -> Result<(), Box<Response>> {
    let is_sdp = || request.headers.content_type().ok().flatten().is_some_and(|t| t.is(SDP));
    if !request.body.is_empty() && !is_sdp() {
        let refused = request.response(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        return Err(Box::new(refused.with(Name::Accept, SDP)));
    }
    let accepted = request.headers.parametrised(&Name::Accept).unwrap_or_default();
    let takes_sdp = |range: &Parametrised| [SDP, "application/*", "*/*"].iter().any(|each| range.is(each));
    if !accepted.is_empty() && !accepted.iter().any(takes_sdp) {
        let refused = request.response(StatusCode::NOT_ACCEPTABLE);
        return Err(Box::new(
            refused.with(Name::Warning, "399 tandem \"only application/sdp can be answered\""),
        ));
    }
    Ok(())
}

/// The refusal of a description, with the fault in a Warning (RFC 3261 §20.43).
pub(crate) fn refusal(request: &Request, error: &SdpError) -> Response {
    let status = StatusCode::try_from(error.status()).unwrap_or(StatusCode::NOT_ACCEPTABLE_HERE);
    request.response(status).with(Name::Warning, format!("399 tandem \"{error}\""))
}

pub(super) const fn is_hold(direction: Direction) -> bool {
    matches!(direction, Direction::SendOnly | Direction::Inactive)
}

pub(super) fn remote_of(description: &Description, signaling: Peer) -> RtpRemote {
    let format = description.chosen();
    RtpRemote {
        address: description.address,
        signaling_ip: Some(signaling.addr.ip()),
        codec: match format.codec {
            Codec::Pcmu => AudioCodec::Pcmu,
            Codec::Pcma => AudioCodec::Pcma,
            Codec::Opus => AudioCodec::Opus,
        },
        payload_type: format.payload_type,
        dtmf_payload_type: description.dtmf_payload_type,
        flow: Flow { send: description.direction.receives(), receive: description.direction.sends() },
    }
}

/// A digit sent by INFO: `application/dtmf-relay` (`Signal=5`) or `application/dtmf` (`5`).
pub(super) fn digit_of(info: &Request) -> Option<char> {
    let content_type = info.headers.content_type().ok().flatten()?;
    let body = std::str::from_utf8(&info.body).ok()?;
    let text = if content_type.is("application/dtmf-relay") {
        let line = body.lines().find(|line| line.to_ascii_lowercase().starts_with("signal"))?;
        line.split_once('=')?.1.trim()
    } else if content_type.is("application/dtmf") {
        body.trim()
    } else {
        return None;
    };
    let digit = match text {
        "10" => '*',
        "11" => '#',
        _ => text.chars().next()?.to_ascii_uppercase(),
    };
    "0123456789*#ABCD".contains(digit).then_some(digit)
}
