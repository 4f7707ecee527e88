//! What belongs to no transaction here. It may belong to one of another node, which took this node's address over or whose address this
//! node took: strays are kept for the shell to ask around.

use tandem_proto::Timestamp;

use super::{ServerTxId, SipStack, keys};
use crate::{DialogId, Message, Method, Peer, StatusCode, Text};

/// A message and where it came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stray {
    /// Where it came from.
    pub from: Peer,
    /// It.
    pub message: Message,
}

impl Stray {
    /// The call it is about.
    pub fn call_id(&self) -> &Text {
        match &self.message {
            Message::Request(request) => &request.call_id,
            Message::Response(response) => &response.call_id,
        }
    }

    /// The dialog it names, seen from this side.
    pub fn dialog(&self) -> Option<DialogId> {
        match &self.message {
            Message::Request(request) => DialogId::of_request(request),
            Message::Response(response) => DialogId::of_response(response),
        }
    }

    /// The same for a message and its repetitions, and for no other.
    pub fn key(&self) -> Text {
        match &self.message {
            Message::Request(request) => keys::server(request, &request.method),
            Message::Response(response) => {
                let branch = response.via.first().and_then(|via| via.branch()).map_or("", Text::as_str);
                format!("{branch} {} {}", response.status.code(), response.cseq.method).into()
            }
        }
    }
}

impl SipStack {
    /// Keeps what belongs to no transaction for [`Self::poll_stray`], in place of refusing it.
    pub fn keep_strays(&mut self) {
        self.strays.get_or_insert_default();
    }

    /// The next stray: a response, or a CANCEL. Requests within dialogs are told as events, for the stack knows no dialogs: one that is
    /// nobody's here is a stray as well, after [`Self::forget`].
    pub fn poll_stray(&mut self) -> Option<Stray> {
        self.strays.as_mut()?.pop_front()
    }

    /// Whether a message belongs to a transaction here.
    pub fn owns(&self, message: &Message) -> bool {
        let server = |request, method| self.server_keys.contains_key(&keys::server(request, method));
        match message {
            Message::Response(response) => {
                keys::client_of(response).is_some_and(|key| self.client_keys.contains_key(&key))
            }
            Message::Request(request) => match request.method {
                Method::Ack => {
                    server(request, &Method::Invite)
                        || self.path_free_keys.contains_key(&keys::path_free(request, &Method::Invite))
                }
                Method::Cancel => server(request, &Method::Cancel) || server(request, &Method::Invite),
                _ => server(request, &request.method),
            },
        }
    }

    /// Takes in a stray of another node that belongs here.
    pub fn adopt(&mut self, now: Timestamp, stray: Stray) {
        self.receive(now, stray);
        self.elapse(now);
    }

    /// Drops the transaction of a request without answering it: the request is somebody else's.
    pub fn forget(&mut self, id: ServerTxId) {
        self.remove_server(id);
    }

    /// Refuses a stray that is nobody's: 481 for a request; other messages have no answer.
    pub fn refuse_stray(&mut self, stray: &Stray) {
        if let Message::Request(request) = &stray.message
            && request.method != Method::Ack
        {
            self.answer_statelessly(request, stray.from, request.response(StatusCode::NO_SUCH_DIALOG));
        }
    }

    pub(super) fn stray(&mut self, stray: Stray) {
        match &mut self.strays {
            Some(strays) => strays.push_back(stray),
            None => self.refuse_stray(&stray),
        }
    }
}
