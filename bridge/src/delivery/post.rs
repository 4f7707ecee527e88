//! The connection to a receiver, kept open between messages.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full, Limited};
use tandem_outbound::{Line, Target, Way};
use tokio::time::timeout;

use super::verdict::Outcome;

/// For the receiver to take a message and answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read, so that the connection can be used again. Nobody looks at them.
const ANSWER_BYTES: usize = 64 * 1024;
/// One message, signed.
pub(crate) struct Message {
    /// The same at every try: receivers know by it what they have.
    pub(crate) id: String,
    /// When it is sent, seconds since the epoch.
    pub(crate) seconds: i64,
    pub(crate) signature: String,
    pub(crate) body: Bytes,
}

/// One receiver.
pub(crate) struct Receiver {
    way: Way,
    target: Target,
    line: Option<Line>,
}

impl Receiver {
    pub(crate) fn new(way: Way, target: Target) -> Self {
        Self { way, target, line: None }
    }

    /// Sends a message, once.
    pub(crate) async fn post(&mut self, message: &Message) -> Outcome {
        // A connection the receiver closed while nothing was sent says nothing about the message: there is another.
        if let Some(line) = self.line.take().filter(Line::is_ready)
            && let Ok(outcome) = self.exchange(line, message).await
        {
            return outcome;
        }
        let line = match self.way.connect(&self.target).await {
            Ok(line) => line,
            Err(why) => return Outcome::Silent(why.to_string()),
        };
        self.exchange(line, message).await.unwrap_or_else(Outcome::Silent)
    }

    /// The error is why the connection failed before anything of an answer came.
    async fn exchange(&mut self, mut line: Line, message: &Message) -> Result<Outcome, String> {
        let answered = timeout(ANSWER_WITHIN, async {
            let sent = line.send(&self.target, request(message)).await;
            let answer = sent.map_err(|why| why.to_string())?;
            let (head, body) = answer.into_parts();
            // What cannot be read to its end is not read: the connection is given up.
            let whole = Limited::new(body, ANSWER_BYTES).collect().await.is_ok();
            Ok::<_, String>((head, whole))
        });
        let Ok(answered) = answered.await else {
            return Ok(Outcome::Silent(format!("no answer within {} s", ANSWER_WITHIN.as_secs())));
        };
        let (head, whole) = answered?;
        if whole {
            self.line = Some(line);
        }
        Ok(Outcome::Answered { status: head.status.as_u16(), retry_after: retry_after(&head.headers) })
    }
}

fn request(message: &Message) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(message.body.clone()));
    *request.method_mut() = Method::POST;
    let headers = request.headers_mut();
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set("webhook-id", &message.id);
    set("webhook-timestamp", &message.seconds.to_string());
    set("webhook-signature", &message.signature);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

/// When the receiver wants to be asked again, if it says so in seconds.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}
