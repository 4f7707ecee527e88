//! People, sessions, presence.

use super::events;
use crate::{
    ClientId, DivisionId, GrantId, GroupId, IdentityProviderId, InvitationId, PasskeyId, SessionId,
    Timestamp, UserId, api,
};

events! {
    /// An org was made. Stream `org`.
    OrgCreated = "org.created" v 1 {
        /// Its name.
        name: String,
    }
    /// Somebody joined the directory. Stream `user`, topic `org`.
    UserCreated = "user.created" v 1 personal ["/name", "/display_name"] {
        /// Who.
        user: UserId,
        /// Login name.
        name: String,
        /// Name to show.
        display_name: String,
        /// Roles.
        roles: Vec<api::Role>,
        /// Internal number.
        extension: Option<String>,
    }
    /// Somebody signed in. Stream `user`, topic `user`.
    SessionStarted = "session.started" v 1 {
        /// The session.
        session: SessionId,
    }
    /// A session or token ended: signed out, revoked, or taken away with what it hung on. Stream `user`, topic `user`.
    SessionEnded = "session.ended" v 1 {
        /// The session.
        session: SessionId,
    }
    /// Somebody has a new password. Stream `user`, topic `user`.
    PasswordChanged = "user.password.changed" v 1 {
        /// Who.
        user: UserId,
    }
    /// A second factor was switched on or off. Stream `user`, topic `user`.
    SecondFactorChanged = "user.second_factor.changed" v 1 {
        /// Who.
        user: UserId,
        /// Whether signing in needs it from now on.
        on: bool,
    }
    /// Somebody may sign in with another passkey. Stream `user`, topic `user`.
    PasskeyAdded = "passkey.added" v 1 {
        /// Who.
        user: UserId,
        /// Which.
        passkey: PasskeyId,
        /// What they call it.
        name: String,
    }
    /// A passkey has another name. Stream `user`, topic `user`.
    PasskeyRenamed = "passkey.renamed" v 1 {
        /// Whose.
        user: UserId,
        /// Which.
        passkey: PasskeyId,
        /// What they call it now.
        name: String,
    }
    /// A passkey lets nobody in any more. Stream `user`, topic `user`.
    PasskeyRemoved = "passkey.removed" v 1 {
        /// Whose.
        user: UserId,
        /// Which.
        passkey: PasskeyId,
    }
    /// Somebody was asked to join the org, or asked again; when they have, it is a `user.created`. Stream `org`, topic `admins`.
    PersonInvited = "person.invited" v 1 personal ["/name", "/email"] {
        /// The invitation.
        invitation: InvitationId,
        /// Who they will be.
        user: UserId,
        /// Login name they will have.
        name: String,
        /// Where the mail goes.
        email: String,
    }
    /// Somebody who was asked to join cannot any more; what was personal to them is gone. Stream `org`, topic `admins`.
    InvitationWithdrawn = "invitation.withdrawn" v 1 {
        /// Which.
        invitation: InvitationId,
    }
    /// Mail to somebody goes elsewhere. Stream `user`, topics `user` and `admins`.
    UserEmailSet = "user.email.set" v 1 personal ["/email"] {
        /// Who.
        user: UserId,
        /// Where to; absent: nowhere.
        email: Option<String>,
    }
    /// Somebody, whoever it was, asked for another password for them. Stream `user`, topics `user` and `admins`.
    PasswordResetRequested = "password.reset.requested" v 1 {
        /// For whom.
        user: UserId,
    }
    /// Somebody has another password, by a link in a mail. Stream `user`, topics `user` and `admins`.
    PasswordReset = "password.reset" v 1 {
        /// Who.
        user: UserId,
    }
    /// Somebody may not sign in any more. Stream `user`, topic `org`.
    UserDeactivated = "user.deactivated" v 1 {
        /// Who.
        user: UserId,
    }
    /// Somebody may sign in again. Stream `user`, topic `org`.
    UserReactivated = "user.reactivated" v 1 {
        /// Who.
        user: UserId,
    }
    /// Whatever is personal to somebody was destroyed: their name, what they wrote. Stream `user`, topic `org`.
    UserErased = "user.erased" v 1 {
        /// Who it was.
        user: UserId,
    }
    /// Somebody holds other roles. Stream `user`, topic `org`.
    UserRolesSet = "user.roles.set" v 1 {
        /// Who.
        user: UserId,
        /// All roles held now, in all divisions.
        roles: Vec<api::Role>,
    }
    /// Somebody holds other roles in some divisions only. Stream `user`, topic `org`.
    UserGrantsSet = "user.grants.set" v 1 {
        /// Who.
        user: UserId,
        /// All of them.
        grants: Vec<api::RoleGrant>,
    }
    /// Somebody is called otherwise, or has another title. Stream `user`, topic `org`.
    UserChanged = "user.changed" v 1 personal ["/name", "/display_name", "/title"] {
        /// Who.
        user: UserId,
        /// Login name.
        name: String,
        /// Name to show.
        display_name: String,
        /// Job title.
        title: Option<String>,
    }
    /// A group was made, or has another name. Stream and topic `org`.
    GroupChanged = "group.changed" v 1 {
        /// Which.
        group: GroupId,
        /// Its name.
        name: String,
    }
    /// The members of a group hold other roles by it. Stream and topic `org`.
    GroupRolesSet = "group.roles.set" v 1 {
        /// Which.
        group: GroupId,
        /// All roles that they hold by it now.
        roles: Vec<api::Role>,
    }
    /// A group is gone, and with it the roles that its members held by it. Stream and topic `org`.
    GroupRemoved = "group.removed" v 1 {
        /// Which.
        group: GroupId,
    }
    /// Somebody came into a group. Stream `user`, topic `org`.
    GroupMemberAdded = "group.member.added" v 1 {
        /// Which.
        group: GroupId,
        /// Who.
        user: UserId,
    }
    /// Somebody left a group. Stream `user`, topic `org`.
    GroupMemberRemoved = "group.member.removed" v 1 {
        /// Which.
        group: GroupId,
        /// Who.
        user: UserId,
    }
    /// The org may have another number of something. Stream `org`, topic `admins`.
    OrgLimitSet = "org.limit.set" v 1 {
        /// Of what.
        limit: api::OrgLimit,
        /// How many.
        value: u32,
    }
    /// A personal access token was made, or a program got one; an end before its time is a `session.ended`. Stream `user`, topic `user`.
    TokenCreated = "token.created" v 1 {
        /// The token's id; the token itself is nowhere.
        token: SessionId,
        /// What it is called.
        name: String,
        /// Names of the permissions it is limited to.
        scopes: Vec<String>,
        /// When it ends by itself.
        expires_at: Timestamp,
    }
    /// The org defined a role, or changed one. Stream and topic `org`.
    RoleChanged = "role.changed" v 1 {
        /// Which.
        role: api::Role,
        /// Its name to show.
        title: String,
        /// Names of the permissions it stands for.
        permissions: Vec<String>,
    }
    /// A role is gone. Stream and topic `org`.
    RoleRemoved = "role.removed" v 1 {
        /// Which.
        role: api::Role,
    }
    /// A division was made, or has another name. Stream and topic `org`.
    DivisionChanged = "division.changed" v 1 {
        /// Which.
        division: DivisionId,
        /// Its name.
        name: String,
    }
    /// A division is gone. Stream and topic `org`.
    DivisionRemoved = "division.removed" v 1 {
        /// Which.
        division: DivisionId,
        /// The division that took what belonged to it.
        moved_to: Option<DivisionId>,
    }
    /// Things belong to another division. Stream `org`, topics `admins`, `supervisors` and `division` of where they were and where they are.
    ThingsMoved = "division.things.moved" v 1 {
        /// Of which kind.
        kind: api::DividedKind,
        /// Their ids, of numbers the numbers.
        things: Vec<String>,
        /// The division they belong to now.
        division: DivisionId,
    }
    /// People may sign in by an identity provider, or it was changed. Stream `org`, topic `admins`.
    IdentityProviderChanged = "identity_provider.changed" v 1 {
        /// Which.
        provider: IdentityProviderId,
        /// Its name to show.
        name: String,
        /// Its address.
        issuer: String,
    }
    /// Nobody signs in by an identity provider any more. Stream `org`, topic `admins`.
    IdentityProviderRemoved = "identity_provider.removed" v 1 {
        /// Which.
        provider: IdentityProviderId,
    }
    /// The org lets people in otherwise than before. Stream `org`, topic `admins`.
    SignInSettingsChanged = "sign_in.settings.changed" v 1 {
        /// For whom a password or passkey is enough.
        passwords: api::PasswordsFor,
    }
    /// Somebody signed in by an identity provider for the first time: from now on its account is theirs. Stream `user`, topics `user` and
    /// `admins`.
    UserLinked = "user.linked" v 1 {
        /// Who.
        user: UserId,
        /// By which.
        provider: IdentityProviderId,
    }
    /// A program was registered, or its registration changed. Stream `org`, topic `admins`.
    ClientChanged = "client.changed" v 1 {
        /// Which.
        client: ClientId,
        /// Its name to show.
        name: String,
        /// The permissions it may ask for, by name.
        scopes: Vec<String>,
    }
    /// A program's secret was replaced. Stream `org`, topic `admins`.
    ClientSecretChanged = "client.secret.changed" v 1 {
        /// Which.
        client: ClientId,
    }
    /// A program is registered no more. Stream `org`, topic `admins`.
    ClientRemoved = "client.removed" v 1 {
        /// Which.
        client: ClientId,
    }
    /// Somebody allowed a program to act for them. Stream `user`, topic `user`.
    GrantGiven = "grant.given" v 1 {
        /// Which.
        grant: GrantId,
        /// Whom.
        client: ClientId,
        /// What, by the permissions' names.
        scopes: Vec<String>,
    }
    /// A program may not act for somebody any more. Stream `user`, topic `user`.
    GrantEnded = "grant.ended" v 1 {
        /// Which.
        grant: GrantId,
        /// Why.
        reason: api::GrantEnd,
    }
    /// The org's data is under a new key. Stream `org`, topic `admins`.
    OrgKeyRotated = "org.key.rotated" v 1 {
        /// The key's version.
        version: i64,
    }
    /// Presence changed, by choice, by a device coming or going, or by what somebody does. Stream `user`, topic `org`.
    PresenceChanged = "presence.changed" v 1 personal ["/presence/message"] {
        /// Who.
        user: UserId,
        /// Now.
        presence: api::PresenceView,
    }
}
