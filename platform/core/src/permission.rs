//! What somebody may do. Roles are sets of permissions; checks name permissions, never roles.

use tandem_proto::api::Role;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// A right to one kind of operation.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Permission { $($(#[$doc])* $name),+ }
        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// Its public name, `thing:verb`.
            pub const fn name(self) -> &'static str { match self { $(Self::$name => $text),+ } }
        }
    };
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
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// Those of a role.
    pub fn of(role: Role) -> Self {
        use Permission as P;
        const AGENT: &[P] = &[P::PeopleRead, P::ChatUse, P::CallUse, P::AgentOnQueue, P::QueueRead];
        const SUPERVISOR: &[P] = &[P::CallSupervise, P::QueueWrite, P::QueueSupervise, P::FlowRead];
        match role {
            Role::Agent => AGENT.iter().copied().collect(),
            Role::Supervisor => AGENT.iter().chain(SUPERVISOR).copied().collect(),
            Role::Admin => P::ALL.iter().copied().collect(),
        }
    }

    /// Those of several roles.
    pub fn of_roles(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |set, role| set | Self::of(*role).0))
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
        let [agent, supervisor, admin] = [Role::Agent, Role::Supervisor, Role::Admin].map(Permissions::of);
        for permission in Permission::ALL {
            assert!(!agent.has(*permission) || supervisor.has(*permission));
            assert!(!supervisor.has(*permission) || admin.has(*permission));
        }
        assert!(!agent.has(Permission::QueueWrite));
        assert!(!supervisor.has(Permission::PeopleWrite));
    }
}
