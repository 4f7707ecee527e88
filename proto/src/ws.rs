//! The clients' WebSocket, `/api/v1/ws`: JSON text frames `{"id","type","data"}`.
//!
//! The first frame must be `authenticate`, within 10 s. Every request frame that carries an `id` gets one `reply` or `error` frame
//! with the same `id`. Events carry a cursor; after a reconnect, `subscribe` with the last cursor seen continues without a gap.
//! Signals are for the moment only (typing, live numbers, track lists): they have no cursor and are not repeated.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Cursor, DeviceId, Event, NodeId, Problem, Topic, TrackId};

/// What a client sends.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "RawFrame")]
pub struct ClientFrame {
    /// The client's number for this request, echoed in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The request.
    #[serde(flatten)]
    pub request: ClientRequest,
}

/// A frame before its request is understood. Flattening would let fields nobody knows slip through.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFrame {
    #[serde(default)]
    id: Option<u64>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Option<Value>,
}

impl TryFrom<RawFrame> for ClientFrame {
    type Error = serde_json::Error;

    fn try_from(raw: RawFrame) -> Result<Self, serde_json::Error> {
        let mut request = serde_json::Map::from_iter([("type".to_owned(), Value::String(raw.kind))]);
        request.extend(raw.data.map(|data| ("data".to_owned(), data)));
        Ok(Self { id: raw.id, request: ClientRequest::deserialize(Value::Object(request))? })
    }
}

/// The requests a client may make on its socket.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data", deny_unknown_fields)]
pub enum ClientRequest {
    /// First frame. Answered with [`Authenticated`].
    #[serde(rename = "authenticate")]
    Authenticate {
        /// A session's token.
        token: String,
        /// The tab's own id, kept over reloads, so that a call finds its tab again.
        device: DeviceId,
    },
    /// Starts the event stream. Answered with [`Subscribed`], then events.
    #[serde(rename = "subscribe")]
    Subscribe {
        /// Wanted topics; empty means all one may see, and follows one's memberships.
        #[serde(default)]
        topics: Vec<Topic>,
        /// Continue after this cursor; absent: from now on.
        #[serde(default)]
        after: Option<Cursor>,
    },
    /// Keeps the device's presence lease. Send every 3 s; `active` is false when the person has not touched the device for 5 min.
    #[serde(rename = "heartbeat")]
    Heartbeat {
        /// Whether the person is at the device.
        active: bool,
    },
    /// Makes or renegotiates the device's one peer connection. The client always offers; the server only answers, so there is no
    /// glare. Answered with [`RtcAnswer`].
    #[serde(rename = "rtc.offer")]
    RtcOffer {
        /// The session description, at most 32 KiB.
        sdp: String,
        /// What each media section of the offer is for. Sections not named are the primary audio or unused.
        #[serde(default)]
        tracks: Vec<RtcTrack>,
        /// The media node to make the connection to: the one it is with already, or one that was named by
        /// [`Signal::RtcMigrate`]. Absent, or gone: the server chooses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
    },
    /// Which of several encodings the device wants of a video it receives.
    #[serde(rename = "rtc.layer")]
    RtcLayer {
        /// The received track.
        track: TrackId,
        /// Height in pixels at which it is shown; 0 when it is not visible.
        height: u32,
    },
    /// Closes the device's peer connection.
    #[serde(rename = "rtc.close")]
    RtcClose {
        /// The one with this media node, after a move to another. Absent: the one made last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
    },
}

/// A media section (by `mid`) and its purpose.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RtcTrack {
    /// The section's `a=mid`.
    pub mid: String,
    /// What it carries.
    #[serde(flatten)]
    pub purpose: RtcPurpose,
}

/// What a media section carries.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum RtcPurpose {
    /// The one sendrecv audio section of every connection: the microphone out; in, everything audible that has no section of its own.
    Primary,
    /// The device sends a camera.
    Camera,
    /// The device sends a screen.
    Screen,
    /// The device receives another endpoint's track.
    Receive {
        /// Which.
        track: TrackId,
    },
    /// The section is no longer used.
    Unused,
}

/// Answer to `authenticate`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Authenticated {
    /// The newest cursor at this moment.
    pub cursor: Cursor,
    /// Seconds between heartbeats.
    pub heartbeat_seconds: u32,
}

/// Answer to `subscribe`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Subscribed {
    /// Where the stream begins.
    pub cursor: Cursor,
    /// The topics given.
    pub topics: Vec<Topic>,
}

/// The last event, `close`, of a stream of server-sent events that the server ends.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct StreamClosed {
    /// Why, by the close code a WebSocket would have: 1001 the server stops, 1011 it failed, 1013 the reader was too slow, 4401 the
    /// session ended.
    pub code: u16,
    /// The same in words.
    pub reason: String,
    /// Where to go on: everything up to here was sent.
    pub after: Cursor,
    /// When to come back, in milliseconds: somewhere in a few seconds, for many may have been told.
    pub retry_ms: u32,
}

/// Answer to `rtc.offer`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct RtcAnswer {
    /// The session description.
    pub sdp: String,
    /// The media node it is of. To be named in later offers of the same connection. Another one than was named: that is gone, and so is
    /// the connection; make a new one.
    pub node: NodeId,
}

/// What the server sends.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type")]
pub enum ServerFrame {
    /// Success of the request `id`.
    #[serde(rename = "reply")]
    Reply {
        /// The request.
        id: u64,
        /// Its answer.
        data: Value,
    },
    /// Refusal of the request `id` (0: of the connection).
    #[serde(rename = "error")]
    Error {
        /// The request.
        id: u64,
        /// Why.
        data: Problem,
    },
    /// A fact from the log.
    #[serde(rename = "event")]
    Event {
        /// Resume from here.
        cursor: Cursor,
        /// The event.
        data: Box<Event>,
    },
    /// Something of the moment.
    #[serde(rename = "signal")]
    Signal {
        /// Where it was published.
        topic: Topic,
        /// What.
        data: Signal,
    },
}

/// Signals: published on the bus, never stored.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "signal", rename_all = "snake_case")]
pub enum Signal {
    /// Somebody types in a chat; show for 4 s.
    Typing {
        /// Where.
        chat: crate::ChatId,
        /// Who.
        user: crate::UserId,
    },
    /// What can be received in a call's room. Replaces the list sent before.
    CallTracks {
        /// The call.
        call: crate::CallId,
        /// Everything the other endpoints send now.
        tracks: Vec<crate::api::Track>,
    },
    /// A queue's live numbers changed.
    QueueStats {
        /// The numbers.
        stats: Box<crate::api::QueueStats>,
    },
    /// An agent's live state changed.
    AgentState {
        /// The state.
        agent: Box<crate::api::Agent>,
    },
    /// The device's peer connection is gone; offer anew.
    RtcLost {
        /// Which device.
        device: DeviceId,
    },
    /// The device's peer connection should move to another media node: make a second one, keep the first until the second is connected,
    /// then close it.
    RtcMigrate {
        /// Which device.
        device: DeviceId,
        /// Where to; absent: wherever the server chooses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_nobody_knows_are_refused() {
        for wrong in [
            r#"{"id":1,"type":"heartbeat","data":{"active":true,"mood":"good"}}"#,
            r#"{"id":1,"type":"heartbeat","data":{"active":true},"mood":"good"}"#,
            r#"{"id":1,"type":"rtc.close","data":{"why":"no"}}"#,
        ] {
            assert!(serde_json::from_str::<ClientFrame>(wrong).is_err(), "{wrong}");
        }
        assert!(
            serde_json::from_str::<ClientFrame>(r#"{"type":"heartbeat","data":{"active":true}}"#).is_ok()
        );
    }

    #[test]
    fn frames_read_as_documented() {
        let frame: ClientFrame =
            serde_json::from_str(r#"{"id":3,"type":"subscribe","data":{"topics":[],"after":"0-12"}}"#)
                .expect("parses");
        assert_eq!(frame.id, Some(3));
        assert!(matches!(frame.request, ClientRequest::Subscribe { after: Some(_), .. }));
        let track: RtcTrack = serde_json::from_str(
            r#"{"mid":"2","purpose":"receive","track":"01938f5a-0000-7000-8000-000000000001"}"#,
        )
        .expect("parses");
        assert!(matches!(track.purpose, RtcPurpose::Receive { .. }));
        for (text, named) in [
            (r#"{"type":"rtc.offer","data":{"sdp":"v=0"}}"#, false),
            (
                r#"{"type":"rtc.offer","data":{"sdp":"v=0","node":"01938f5a-0000-7000-8000-000000000001"}}"#,
                true,
            ),
        ] {
            let frame: ClientFrame = serde_json::from_str(text).expect("parses");
            assert!(
                matches!(frame.request, ClientRequest::RtcOffer { node, .. } if node.is_some() == named),
                "{text}"
            );
        }
    }
}
