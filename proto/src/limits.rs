//! Bounds every edge enforces. A value over its bound is refused with a problem, never truncated.

/// A SIP message, bytes.
pub const SIP_MESSAGE_BYTES: usize = 64 * 1024;
/// One WebSocket message, bytes.
pub const WS_MESSAGE_BYTES: usize = 256 * 1024;
/// A session description, bytes.
pub const SDP_BYTES: usize = 32 * 1024;
/// A JSON request body, bytes.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Nesting of JSON.
pub const JSON_DEPTH: usize = 32;
/// A chat message, characters.
pub const MESSAGE_CHARS: usize = 16_000;
/// A page of any list.
pub const PAGE_MAX: u32 = 200;
/// A page when the client does not say.
pub const PAGE_DEFAULT: u32 = 50;
/// Names of things people name.
pub const NAME_CHARS: usize = 120;
/// Frames waiting for a WebSocket reader before it is closed with 1013 (it resumes from its cursor).
pub const WS_QUEUE_FRAMES: usize = 1_024;
/// As above, bytes.
pub const WS_QUEUE_BYTES: usize = 4 * 1024 * 1024;
/// Streams of server-sent events that one session or token has open at a node.
pub const STREAMS_PER_SESSION: usize = 16;
/// Members of a group chat.
pub const CHAT_MEMBERS: usize = 1_000;
/// Members of a group.
pub const GROUP_MEMBERS: usize = 10_000;
/// Flow text, bytes.
pub const FLOW_BYTES: usize = 256 * 1024;
/// Tracks one endpoint may send.
pub const TRACKS_SENT: usize = 8;
/// Tracks one endpoint may receive.
pub const TRACKS_RECEIVED: usize = 64;
/// Requests in one batch.
pub const BATCH: usize = 20;
/// The bodies of a batch's answers together, bytes.
pub const BATCH_BYTES: usize = 1024 * 1024;
