//! What somebody may do. Roles are sets of permissions; checks name permissions, never roles.

use tandem_proto::api::Role;

macro_rules! permissions {
    ($(#[doc = $doc:literal] $name:ident = $text:literal),+ $(,)?) => {
        /// A right to one kind of operation.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Permission { $(#[doc = $doc] $name),+ }
        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// Its public name, `thing:verb`.
            pub const fn name(self) -> &'static str { match self { $(Self::$name => $text),+ } }
            /// What it allows, for people.
            pub const fn description(self) -> &'static str { match self { $(Self::$name => $doc.trim_ascii()),+ } }
        }
    };
}

/// What a permission reaches where it is held in some divisions only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// What its holder does themselves: held in one division, it is held.
    Holder,
    /// Things of the divisions in which it is held.
    Division,
    /// What belongs to the org as a whole: nobody has it who does not hold it in all divisions.
    Org,
}

impl Permission {
    /// What it reaches.
    pub const fn reach(self) -> Reach {
        match self {
            // The directory is everybody's, whatever division people are in: whoever works together finds each other.
            Self::PeopleRead | Self::ChatUse | Self::CallUse | Self::AgentOnQueue => Reach::Holder,
            Self::PeopleWrite
            | Self::PhoneWrite
            | Self::QueueRead
            | Self::QueueWrite
            | Self::QueueSupervise
            | Self::FlowRead
            | Self::FlowWrite
            | Self::RoleWrite => Reach::Division,
            // A call is of no division: those who talk may be of several.
            Self::CallSupervise
            | Self::JobManage
            | Self::NodeView
            | Self::ClientRead
            | Self::ClientWrite
            | Self::WebhookManage
            | Self::AuditRead
            | Self::KeyManage
            | Self::DivisionWrite
            | Self::SignInManage
            | Self::TrunkManage => Reach::Org,
        }
    }
}

permissions! {
    /// See the directory and presence.
    PeopleRead = "people:read",
    /// Add and change people.
    PeopleWrite = "people:write",
    /// Chat.
    ChatUse = "chat:use",
    /// Place and take calls.
    CallUse = "call:use",
    /// See everybody's calls.
    CallSupervise = "call:supervise",
    /// Manage phones and numbers.
    PhoneWrite = "phone:write",
    /// Take interactions from queues.
    AgentOnQueue = "agent:on_queue",
    /// See queues one is a member of.
    QueueRead = "queue:read",
    /// Make and change queues, skills, members.
    QueueWrite = "queue:write",
    /// See all queues, agents and conversations live.
    QueueSupervise = "queue:supervise",
    /// See flows.
    FlowRead = "flow:read",
    /// Publish flows.
    FlowWrite = "flow:write",
    /// See jobs, have dead ones tried again or discard them.
    JobManage = "job:manage",
    /// See the nodes and how busy they are.
    NodeView = "node:view",
    /// Define roles and say who holds which.
    RoleWrite = "role:write",
    /// See the programs that are registered.
    ClientRead = "client:read",
    /// Register and change programs.
    ClientWrite = "client:write",
    /// Have events sent to other systems.
    WebhookManage = "webhook:manage",
    /// See who changed what, when and from where.
    AuditRead = "audit:read",
    /// Have what is stored put under a new key.
    KeyManage = "key:manage",
    /// Make, rename and remove divisions.
    DivisionWrite = "division:write",
    /// Say how people sign in: identity providers, and whether passwords are enough.
    SignInManage = "signin:manage",
    /// See and change carriers, and what goes out by them.
    TrunkManage = "trunk:manage",
}

/// A name that no permission has.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is no permission {0:?}")]
pub struct UnknownPermission(String);

impl std::str::FromStr for Permission {
    type Err = UnknownPermission;
    fn from_str(name: &str) -> Result<Self, UnknownPermission> {
        let found = Self::ALL.iter().find(|permission| permission.name() == name);
        found.copied().ok_or_else(|| UnknownPermission(name.chars().take(64).collect()))
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// Those of a role that every org has. Of one that an org defined only the org's own table knows: none here.
    pub fn of(role: &Role) -> Self {
        use Permission as P;
        const AGENT: &[P] = &[P::PeopleRead, P::ChatUse, P::CallUse, P::AgentOnQueue, P::QueueRead];
        const SUPERVISOR: &[P] = &[P::CallSupervise, P::QueueWrite, P::QueueSupervise, P::FlowRead];
        match role {
            Role::Agent => AGENT.iter().copied().collect(),
            Role::Supervisor => AGENT.iter().chain(SUPERVISOR).copied().collect(),
            Role::Admin => P::ALL.iter().copied().collect(),
            Role::Custom(_) => Self::NONE,
        }
    }

    /// Those with these public names.
    ///
    /// # Errors
    /// At the first name that no permission has.
    pub fn from_names<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self, UnknownPermission> {
        names.into_iter().map(|name| name.as_ref().parse::<Permission>()).collect()
    }

    /// Those of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those of this set that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether every permission of `other` is in this set.
    pub const fn contains(self, other: Self) -> bool {
        other.without(self).is_empty()
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `permission` is in the set.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// Their public names.
    pub fn names(self) -> Vec<String> {
        Permission::ALL.iter().filter(|p| self.has(**p)).map(|p| p.name().to_owned()).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        Self(iter.into_iter().fold(0, |set, p| set | 1 << p as u8))
    }
}

impl std::fmt::Debug for Permissions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_holds_what_the_one_below_it_holds() {
        let [agent, supervisor, admin] = Role::BUILT_IN.map(|role| Permissions::of(&role));
        for permission in Permission::ALL {
            assert!(!agent.has(*permission) || supervisor.has(*permission));
            assert!(!supervisor.has(*permission) || admin.has(*permission));
        }
        assert!(!agent.has(Permission::QueueWrite));
        assert!(!supervisor.has(Permission::PeopleWrite));
    }

    #[test]
    fn names_and_sets_go_both_ways() {
        let all: Permissions = Permission::ALL.iter().copied().collect();
        assert_eq!(Permissions::from_names(all.names()), Ok(all));
        assert!(Permission::ALL.len() <= 64, "one bit each");
        assert!(Permission::ALL.iter().all(|each| each.description().ends_with('.')));
        let some = Permissions::from_names(["chat:use", "call:use"]).expect("permissions");
        assert!(all.contains(some) && !some.contains(all) && some.contains(Permissions::NONE));
        assert_eq!(all.intersection(some), some);
        assert_eq!(all.without(some).union(some), all);
        assert!(Permissions::from_names(["chat:use", "chat:abuse"]).is_err());
    }
}
