//! The public API, with a count of how it answered.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Longest wait for an answer.
const DEADLINE: Duration = Duration::from_secs(10);
/// Pause before a command is sent again that was not answered.
const AGAIN: Duration = Duration::from_millis(100);

/// How requests were answered.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Counts {
    /// 2xx.
    pub ok: u64,
    /// 4xx.
    pub refused: u64,
    /// 503 with Retry-After, or 507: come again later.
    pub later: u64,
    /// Any other 5xx.
    pub failed: u64,
    /// No answer: nobody listens, the connection broke, or it took too long.
    pub unanswered: u64,
    /// Longest wait for a 2xx, milliseconds.
    pub slowest_ok_ms: u64,
}

impl Counts {
    /// All 5xx.
    pub const fn server_errors(&self) -> u64 {
        self.later + self.failed
    }

    /// What was added since `before`.
    pub const fn since(&self, before: &Self) -> Self {
        Self {
            ok: self.ok - before.ok,
            refused: self.refused - before.refused,
            later: self.later - before.later,
            failed: self.failed - before.failed,
            unanswered: self.unanswered - before.unanswered,
            slowest_ok_ms: self.slowest_ok_ms,
        }
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Body; null where there is none.
    pub body: Value,
}

/// A request that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// No answer.
    #[error("no answer: {0}")]
    Unanswered(String),
    /// Refused.
    #[error("{0}: {1}")]
    Status(StatusCode, Value),
    /// A body of another shape.
    #[error("cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
}

impl RestError {
    /// Whether the same request may succeed a little later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unanswered(_) => true,
            Self::Status(status, _) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            Self::Shape(_) => false,
        }
    }

    /// The status, if there was one.
    pub const fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status(status, _) => Some(*status),
            _ => None,
        }
    }
}

/// A client of the API as one person, or as nobody. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rest {
    address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    counts: Rc<RefCell<Counts>>,
    failures: Rc<RefCell<BTreeMap<String, u64>>>,
    token: Option<String>,
}

impl Rest {
    /// A client of the server at `address`.
    pub fn new(address: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { address, client, counts: Rc::default(), failures: Rc::default(), token: None }
    }

    /// The same, as the holder of a token; counted together.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// How all of them were answered so far.
    pub fn counts(&self) -> Counts {
        *self.counts.borrow()
    }

    /// What was answered with any 5xx that is counted as failed, and how often.
    pub fn failures(&self) -> BTreeMap<String, u64> {
        self.failures.borrow().clone()
    }

    /// Where the server is.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// One request, one answer, whatever its status.
    ///
    /// # Errors
    /// [`RestError::Unanswered`].
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, RestError> {
        let began = Instant::now();
        let result = tokio::time::timeout(DEADLINE, self.exchange(method.clone(), path, body)).await;
        let result = result.unwrap_or_else(|_| Err(RestError::Unanswered("too late".to_owned())));
        let mut counts = self.counts.borrow_mut();
        let (answer, promises) = match result {
            Ok(answered) => answered,
            Err(error) => {
                counts.unanswered += 1;
                return Err(error);
            }
        };
        match answer.status.as_u16() {
            503 if promises => counts.later += 1,
            507 => counts.later += 1,
            status @ 500.. => {
                counts.failed += 1;
                let what = format!("{status} {method} {}", without_ids(path));
                *self.failures.borrow_mut().entry(what).or_default() += 1;
            }
            400.. => counts.refused += 1,
            _ => {
                counts.ok += 1;
                let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                counts.slowest_ok_ms = counts.slowest_ok_ms.max(took);
            }
        }
        Ok(answer)
    }

    /// The answer, and whether it says when to come again.
    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(Answer, bool), RestError> {
        let unanswered = |error: &dyn std::fmt::Display| RestError::Unanswered(error.to_string());
        let mut request =
            Request::builder().method(method).uri(format!("http://{}/api/v1{path}", self.address));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map(Value::to_string);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request =
            request.body(Full::from(body.unwrap_or_default())).map_err(|error| unanswered(&error))?;
        let response = self.client.request(request).await.map_err(|error| unanswered(&error))?;
        let status = response.status();
        let promises = response.headers().contains_key(header::RETRY_AFTER);
        let bytes = response.into_body().collect().await.map_err(|error| unanswered(&error))?.to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok((Answer { status, body }, promises))
    }

    /// A request that must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, RestError> {
        let answer = self.send(method, path, body).await?;
        if answer.status.is_success() {
            Ok(answer.body)
        } else {
            Err(RestError::Status(answer.status, answer.body))
        }
    }

    /// Reads something.
    ///
    /// # Errors
    /// When it is not answered, refused, or of another shape.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RestError> {
        Ok(serde_json::from_value(self.call(Method::GET, path, None).await?)?)
    }

    /// A command.
    ///
    /// # Errors
    /// When it does not succeed.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, RestError> {
        self.call(Method::POST, path, Some(body)).await
    }

    /// A setting.
    ///
    /// # Errors
    /// When it does not succeed.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, RestError> {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// Sends a command again and again while what stands in its way may pass, at most `patience` long.
    ///
    /// # Errors
    /// The last one.
    pub async fn insist(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        patience: Duration,
    ) -> Result<Value, RestError> {
        let end = Instant::now() + patience;
        loop {
            match self.call(method.clone(), path, body).await {
                Err(error) if error.is_transient() && Instant::now() < end => tokio::time::sleep(AGAIN).await,
                result => return result,
            }
        }
    }

    /// Every item of a list, page by page.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, RestError> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let glue = if path.contains('?') { '&' } else { '?' };
            let more = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
            let page: tandem_proto::api::Page<T> = self.get(&format!("{path}{glue}limit=200{more}")).await?;
            items.extend(page.items);
            let Some(next) = page.next else { return Ok(items) };
            cursor = Some(next);
        }
    }
}

/// A path as the documentation has it.
fn without_ids(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let parts = path.split('/').map(|part| if uuid::Uuid::try_parse(part).is_ok() { "{id}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_without_ids() {
        let path = "/chats/01938f5a-0000-7000-8000-000000000001/messages?limit=200";
        assert_eq!(without_ids(path), "/chats/{id}/messages");
    }
}
