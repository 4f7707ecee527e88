//! Why nobody was let in by an identity provider.

use tandem_outbound::Unreachable;

use super::id_token::Fault;

/// Why nobody was let in. What is said of it is for people; what a provider wrote is not passed on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// Not a sign-in that this browser began, or one that was used, or too long ago.
    #[error("this sign-in was not begun in this browser, took too long, or was used: begin again")]
    Ended,
    /// The provider, or what is in its place, does not answer as it should.
    #[error("the identity provider cannot be reached: {0}")]
    Unreachable(#[from] Unreachable),
    /// It answered, but not what a provider answers.
    #[error("the identity provider does not answer as one does: {0}")]
    Answer(String),
    /// Somebody else answered than was asked (RFC 9207).
    #[error("another identity provider answered than was asked")]
    Mixed,
    /// What it says of somebody is not to be believed.
    #[error("what the identity provider says cannot be believed: {0}")]
    Unbelieved(#[from] Fault),
    /// It knows somebody whom this org does not, or who may not sign in.
    #[error("this account does not let anybody in here: ask an administrator of your org")]
    Stranger,
    /// An address that is not verified, or of none of the domains that are let in.
    #[error("the account's e-mail address is not verified, or not one that is let in")]
    Address,
    /// The address is somebody's whose account this is not known to be.
    #[error("somebody here has this account's e-mail address already: ask an administrator of your org")]
    Taken,
}
