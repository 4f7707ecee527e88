//! What phones say beside their calls: session timers, and responses that are to be confirmed.

use tandem_sip::{Method, Name, RAck, Request, Response, ServerTxId, SipEvent, StatusCode};

use super::{
    Phone, Talk,
    phone::{Alerting, Dialling},
};

impl Alerting {
    /// A response of the phone, in its dialog.
    pub(crate) fn response(&self, status: StatusCode) -> Response {
        let tag = self.dialog.local.tag().cloned().expect("tagged");
        let contact = self.dialog.contact.to_string();
        self.invite.response(status).tagged(tag).with(Name::Contact, contact)
    }

    /// The same, to be confirmed.
    pub(crate) fn reliable(&self, status: StatusCode, rseq: u32) -> Response {
        self.response(status).with(Name::Require, "100rel").with(Name::RSeq, rseq.to_string())
    }
}

impl Phone {
    /// Answers what rings as the test says.
    pub(crate) async fn tells(&self, alerting: &Alerting, response: Response) {
        self.answers(alerting.transaction, response).await;
    }

    pub(crate) async fn answers(&self, transaction: ServerTxId, response: Response) {
        self.sip.respond(transaction, response).await.expect("the phone runs");
    }

    /// What rings, as a call that has no answer yet.
    pub(crate) fn is_early(&self, alerting: &Alerting) -> Talk {
        Talk { dialog: alerting.dialog.clone(), far_end: self.server }
    }

    /// Sends a request outside any dialog that is not challenged.
    pub(crate) async fn ask_plainly(&mut self, request: Request) -> Response {
        let transaction = self.send(request).await;
        self.final_response(transaction).await
    }

    /// A PRACK for what rings.
    pub(crate) async fn is_confirmed(&mut self, alerting: &Alerting) -> RAck {
        let (transaction, prack) = self.is_told(&alerting.invite, Method::Prack).await;
        self.answers(transaction, prack.response(StatusCode::OK)).await;
        prack.headers.rack().expect("reads").expect("there")
    }

    /// A request of the server within a call.
    pub(crate) async fn is_asked(&mut self, talk: &mut Talk, method: Method) -> (ServerTxId, Request) {
        let ours = talk.dialog.request(Method::Options);
        let (transaction, request) = self.is_told(&ours, method).await;
        talk.dialog.receive(&request, talk.dialog.peer).expect("a request that fits the dialog");
        (transaction, request)
    }

    async fn is_told(&mut self, of: &Request, method: Method) -> (ServerTxId, Request) {
        self.event(method.as_str(), |event| match event {
            SipEvent::Request { transaction, request, .. }
                if request.method == method
                    && request.call_id == of.call_id
                    && (request.is_in_dialog() || method != Method::Invite) =>
            {
                Some((*transaction, request.clone()))
            }
            _ => None,
        })
        .await
    }

    /// A provisional response to the phone's INVITE.
    pub(crate) async fn hears(&mut self, dialling: &Dialling, status: StatusCode) -> Response {
        self.event(status.phrase(), |event| match event {
            SipEvent::Response { transaction, response, .. }
                if *transaction == dialling.transaction && response.status == status =>
            {
                Some(response.clone())
            }
            _ => None,
        })
        .await
    }
}
