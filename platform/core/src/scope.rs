//! Tenancy as a type.

use tandem_proto::OrgId;

/// The right to touch one org's data. Stores take it in place of an id, so that code without one cannot name a tenant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct OrgScope(OrgId);

impl OrgScope {
    /// The org.
    pub const fn org(self) -> OrgId {
        self.0
    }
}

/// Makes scopes. The server makes one at start and hands it to the edge (which checks a session first), to the SIP side (which
/// checks a digest or a trunk's address first) and to recovery.
#[derive(Debug)]
pub struct Mint(());

impl Mint {
    /// For `server/` only; `tests/tidy` looks for other callers.
    pub const fn for_server() -> Self {
        Self(())
    }

    /// A scope for an org whose caller was authenticated.
    pub const fn scope(&self, org: OrgId) -> OrgScope {
        OrgScope(org)
    }

    /// For what belongs to no tenant: the nodes themselves and work they do for all. Its org is the nil UUID, which no tenant has.
    pub const fn system(&self) -> OrgScope {
        OrgScope(OrgId::from_uuid(uuid::Uuid::nil()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_of_the_org_it_was_made_for() {
        let (ours, theirs) = (OrgId::generate(), OrgId::generate());
        let mint = Mint::for_server();
        assert_eq!(mint.scope(ours).org(), ours);
        assert_ne!(mint.scope(ours), mint.scope(theirs));
    }
}
