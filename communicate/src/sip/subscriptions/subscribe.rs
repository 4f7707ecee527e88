//! SUBSCRIBE outside any dialog: who wants to watch whom, and whether they may.

use tandem_core::OrgScope;
use tandem_proto::{UserId, api::NumberTarget};
use tandem_sip::{Peer, Request, Response, ServerTxId, StatusCode, Uri};

use super::{
    documents::Subject,
    hub::{Message, Opening},
    look::Sight,
    package::Package,
    subscription::{Watched, Watcher},
};
use crate::{
    calls::respond,
    directory::Destination,
    sip::{
        Front,
        register::{Proven, unavailable},
    },
};

impl Front {
    /// Answers a new SUBSCRIBE, or leaves that to the task that keeps subscriptions.
    pub(in crate::sip) async fn subscribe(&self, transaction: ServerTxId, subscribe: Request, from: Peer) {
        match self.opening(transaction, &subscribe, from).await {
            Ok(opening) => self.subscriptions.tell(Message::Open(Box::new(opening))).await,
            Err(refusal) => {
                respond(&self.switch, transaction, refusal.tagged(self.switch.token_tag())).await;
            }
        }
    }

    async fn opening(
        &self,
        transaction: ServerTxId,
        subscribe: &Request,
        from: Peer,
    ) -> Result<Opening, Response> {
        let package = Package::of(subscribe).map_err(|refusal| *refusal)?;
        if !matches!(subscribe.uri, Uri::Sip(_)) {
            return Err(subscribe.response(StatusCode::UNSUPPORTED_URI_SCHEME));
        }
        let Proven { scope, phone } = self.prove(self.switch.clock.now(), subscribe).await?;
        let subject = Subject::of(&subscribe.uri);
        let watched = self.watchable(subscribe, scope, phone.user, package).await?;
        let (Some(subject), Some(user)) = (subject, watched) else {
            return Err(subscribe.response(StatusCode::NOT_FOUND));
        };
        Ok(Opening {
            transaction,
            subscribe: subscribe.clone(),
            from,
            subject,
            watched: Watched { scope, user, package },
            watcher: Watcher { user: phone.user, phone: phone.id },
        })
    }

    /// Whom the Request-URI names, if `watcher` may watch that; `None`: nobody. Who may watch only themselves is refused in one way,
    /// whether there is somebody else of that name or not.
    async fn watchable(
        &self,
        subscribe: &Request,
        scope: OrgScope,
        watcher: UserId,
        package: Package,
    ) -> Result<Option<UserId>, Response> {
        let sight = Sight::of(&self.switch, scope, watcher).await.map_err(|error| {
            tracing::error!(%error, "who watches cannot be looked up");
            unavailable(subscribe)
        })?;
        let named = self.named(subscribe, scope).await?;
        let forbidden = || subscribe.response(StatusCode::FORBIDDEN);
        let sight = sight.ok_or_else(forbidden)?;
        match named {
            Some(user) if sight.reaches(watcher, user, package) => Ok(Some(user)),
            None if sight.reaches_others(package) => Ok(None),
            _ => Err(forbidden()),
        }
    }

    /// Whose extension, number or phone the Request-URI is.
    async fn named(&self, subscribe: &Request, scope: OrgScope) -> Result<Option<UserId>, Response> {
        let name = subscribe.uri.user().unwrap_or_default();
        let failed = |error: &dyn std::error::Error| {
            tracing::error!(%error, "who is watched cannot be looked up");
            unavailable(subscribe)
        };
        match self.switch.resolve(scope, &name).await.map_err(|error| failed(&error))? {
            Destination::User(user) | Destination::Number { target: NumberTarget::User { user }, .. } => {
                Ok(Some(user))
            }
            Destination::Number { .. } | Destination::Outside { .. } => Ok(None),
            Destination::Nowhere => {
                let phone = self.switch.phones.find(scope, &name).await.map_err(|error| failed(&error))?;
                Ok(phone.map(|phone| phone.user))
            }
        }
    }
}
