//! A phone that watches somebody: the subscriber's side.

use tandem_sip::{
    ClientTxId, Dialog, Method, Name, Peer, Request, Response, ServerTxId, SipEvent, StatusCode,
    SubscriptionState,
};

use super::Phone;

/// A subscription, from the phone's side.
pub(crate) struct Watch {
    pub(crate) dialog: Dialog,
}

/// What a NOTIFY said.
#[derive(Debug)]
pub(crate) struct Notice {
    pub(crate) state: SubscriptionState,
    pub(crate) content_type: Option<String>,
    pub(crate) body: String,
}

impl Notice {
    /// Why it was the last, if it was.
    pub(crate) fn ended(&self) -> Option<&str> {
        let ended = self.state.phase == tandem_sip::Phase::Terminated;
        ended.then(|| self.state.reason.as_deref().unwrap_or_default())
    }

    /// What stands in a document between `from` and the next `to`.
    pub(crate) fn between(&self, from: &str, to: &str) -> Option<&str> {
        Some(self.body.split_once(from)?.1.split_once(to)?.0)
    }
}

impl Phone {
    /// A SUBSCRIBE outside any dialog.
    pub(crate) fn subscription(&mut self, event: &'static str, to: &str, expires_s: u32) -> Request {
        let request = self.request(Method::Subscribe, to).with(Name::Event, event);
        request.with(Name::Expires, expires_s.to_string())
    }

    /// Watches somebody.
    pub(crate) async fn watches(&mut self, event: &'static str, to: &str) -> Watch {
        let request = self.subscription(event, to, 600);
        let (watch, response) = self.watches_so(request).await;
        assert_eq!(response.status, StatusCode::OK);
        watch
    }

    /// The same with a SUBSCRIBE of its own making; it is taken.
    pub(crate) async fn watches_so(&mut self, request: Request) -> (Watch, Response) {
        let (transaction, request) = self.send_proven(request).await;
        let response = self.final_response(transaction).await;
        assert!(response.status.is_success(), "{response:?}");
        let dialog = Dialog::uac(&request, &response, Peer::udp(self.server)).expect("a dialog");
        (Watch { dialog }, response)
    }

    /// Asks for more time, or for no more with 0.
    pub(crate) async fn refreshes(
        &mut self,
        watch: &mut Watch,
        event: &'static str,
        expires_s: u32,
    ) -> Response {
        let request = watch.dialog.request(Method::Subscribe).with(Name::Event, event);
        let request = request.with(Name::Expires, expires_s.to_string());
        let transaction: ClientTxId = self.sip.next_client();
        self.sip.request(transaction, request, watch.dialog.peer).await.expect("the phone runs");
        self.final_response(transaction).await
    }

    /// The next thing it is told; it takes note.
    pub(crate) async fn is_notified(&mut self, watch: &mut Watch) -> Notice {
        let (transaction, notice) = self.takes_notice(watch).await;
        self.sip.respond(transaction, notice.0).await.expect("the phone runs");
        notice.1
    }

    /// The next thing it is told, of which it wants to know nothing.
    pub(crate) async fn denies(&mut self, watch: &mut Watch) {
        let (transaction, (mut response, _)) = self.takes_notice(watch).await;
        response.status = StatusCode::NO_SUCH_DIALOG;
        self.sip.respond(transaction, response).await.expect("the phone runs");
    }

    /// Is told until it is what the test waits for; every document is of a higher version than the one before.
    pub(crate) async fn is_notified_that(&mut self, watch: &mut Watch, what: &str) -> Notice {
        let mut last: Option<u32> = None;
        loop {
            let notice = self.is_notified(watch).await;
            if let Some(version) = notice.between("\" version=\"", "\"") {
                let version = version.parse().expect("a number");
                assert!(last.is_none_or(|last| version == last + 1), "{last:?}, then {version}");
                last = Some(version);
            }
            if notice.body.contains(what) {
                return notice;
            }
        }
    }

    async fn takes_notice(&mut self, watch: &mut Watch) -> (ServerTxId, (Response, Notice)) {
        let (transaction, request, from) = self
            .event("a NOTIFY", |event| match event {
                SipEvent::Request { transaction, request, from }
                    if request.method == Method::Notify && request.call_id == watch.dialog.call_id =>
                {
                    Some((*transaction, request.clone(), *from))
                }
                _ => None,
            })
            .await;
        watch.dialog.receive(&request, from).expect("a NOTIFY that fits the dialog");
        let notice = Notice {
            state: request.headers.subscription_state().expect("reads").expect("there"),
            content_type: request.headers.get(&Name::ContentType).map(ToString::to_string),
            body: String::from_utf8(request.body.to_vec()).expect("text"),
        };
        (transaction, (request.response(StatusCode::OK), notice))
    }
}
