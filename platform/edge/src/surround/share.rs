//! Layers that cost a request one copy each.
//!
//! axum's middleware copies all that is within it for each request, and so does each layer within: what a request costs would grow with the
//! square of the layers. Between two layers of this one, what is within is copied once, by the request that goes there.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use axum::extract::Request;
use tower::{Layer, Service, ServiceExt as _, layer::util::Stack, util::Oneshot};

/// A service that is copied as a pointer.
#[derive(Debug)]
pub(super) struct Shared<S>(Arc<S>);

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Service<Request, Error = Infallible> + Clone> Service<Request> for Shared<S> {
    type Response = S::Response;
    type Error = Infallible;
    type Future = Oneshot<S, Request>;

    /// Always: the copy that is called is asked then.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        S::clone(&self.0).oneshot(request)
    }
}

/// Makes [`Shared`] of what is within.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share;

impl<S> Layer<S> for Share {
    type Service = Shared<S>;

    fn layer(&self, within: S) -> Shared<S> {
        Shared(Arc::new(within))
    }
}

/// `layer`, with what is within it shared.
pub(super) fn shared<L>(layer: L) -> Stack<Share, L> {
    Stack::new(Share, layer)
}
