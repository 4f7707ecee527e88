//! What this node answers.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use futures::FutureExt as _;
use serde::{Serialize, de::DeserializeOwned};

use super::{Asker, LinkError, frame, malformed, meters};

/// An answer under way.
pub(super) type Answer = Pin<Box<dyn Future<Output = Result<Bytes, LinkError>> + Send>>;

type Asked = dyn Fn(Asker, Bytes) -> Answer + Send + Sync;
type Told = dyn Fn(Asker, &[u8]) -> Result<(), LinkError> + Send + Sync;

#[derive(Clone)]
enum Service {
    Asked(Arc<Asked>),
    Told(Arc<Told>),
}

/// The handlers by name.
#[derive(Default)]
pub(super) struct Services(RwLock<HashMap<&'static str, Service>>);

impl Services {
    pub(super) fn serve<Q, A, F, R>(&self, name: &'static str, handler: F)
    where
        Q: DeserializeOwned + Send + 'static,
        A: Serialize + Send + 'static,
        F: Fn(Asker, Q) -> R + Send + Sync + 'static,
        R: Future<Output = A> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let erased = move |from, body: Bytes| -> Answer {
            let handler = Arc::clone(&handler);
            let answer = async move {
                let request = serde_json::from_slice(&body).map_err(malformed)?;
                let answer = serde_json::to_vec(&handler(from, request).await).map_err(malformed)?;
                if frame::fits("", &answer) {
                    Ok(answer.into())
                } else {
                    Err(LinkError::TooLarge(answer.len()))
                }
            };
            Box::pin(async move {
                AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| Err(panicked(name)))
            })
        };
        self.put(name, Service::Asked(Arc::new(erased)));
    }

    pub(super) fn hear<M, F>(&self, name: &'static str, handler: F)
    where
        M: DeserializeOwned + Send + 'static,
        F: Fn(Asker, M) + Send + Sync + 'static,
    {
        let erased = move |from, body: &[u8]| {
            let message = serde_json::from_slice(body).map_err(malformed)?;
            catch_unwind(AssertUnwindSafe(|| handler(from, message))).map_err(|_| panicked(name))
        };
        self.put(name, Service::Told(Arc::new(erased)));
    }

    fn put(&self, name: &'static str, service: Service) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, service);
    }

    fn get(&self, name: &str) -> Result<Service, LinkError> {
        let services = self.0.read().unwrap_or_else(PoisonError::into_inner);
        services.get(name).cloned().ok_or_else(|| LinkError::NoService(name.to_owned()))
    }

    /// Nothing is answered any more; lets go of what the handlers hold.
    pub(super) fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Begins to answer a request.
    pub(super) fn answer(&self, asker: Asker, name: &str, body: Bytes) -> Result<Answer, LinkError> {
        match self.get(name)? {
            Service::Asked(handler) => Ok(handler(asker, body)),
            Service::Told(_) => Err(LinkError::NoService(name.to_owned())),
        }
    }

    /// Whether messages to `name` are heard here.
    pub(super) fn hears(&self, name: &str) -> bool {
        matches!(self.get(name), Ok(Service::Told(_)))
    }

    /// Takes a message. Nobody can be told that it failed.
    pub(super) fn heard(&self, asker: Asker, name: &str, body: &[u8]) {
        let from = asker.node;
        let heard = match self.get(name) {
            Ok(Service::Told(handler)) => handler(asker, body),
            Ok(Service::Asked(_)) => Err(LinkError::NoService(name.to_owned())),
            Err(error) => Err(error),
        };
        if let Err(error) = heard {
            meters::unheard();
            tracing::warn!(%error, %from, service = name, "a message of another node was not taken");
        }
    }
}

fn panicked(name: &str) -> LinkError {
    tracing::error!(service = name, "a handler panicked");
    LinkError::Failed(format!("the handler of {name:?} panicked"))
}
