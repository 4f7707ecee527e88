//! Which problem types an operation's refusals have.

/// Those that the status alone does not tell, by operation.
const SPECIAL: [(&str, &str, &[&str]); 82] = [
    ("signIn", "401", &["wrong-credentials", "second-factor-needed", "wrong-code", "provider-needed"]),
    ("connect", "403", &["foreign-origin"]),
    ("calls_create", "409", &["device-not-connected", "unreachable"]),
    ("answer", "409", &["wrong-call-state", "device-not-connected"]),
    ("decline", "409", &["wrong-call-state"]),
    ("dtmf", "409", &["wrong-call-state"]),
    ("hang_up", "409", &["wrong-call-state"]),
    ("hold", "409", &["wrong-call-state"]),
    ("mute", "409", &["wrong-call-state"]),
    ("post", "409", &["client-id-taken"]),
    ("edit", "403", &["forbidden", "not-the-author"]),
    ("edit", "409", &["message-deleted"]),
    ("delete", "403", &["forbidden", "not-the-author"]),
    ("wrap_up", "409", &["not-your-conversation"]),
    ("publish", "409", &["name-taken", "limit-reached"]),
    ("queues_create", "409", &["name-taken", "limit-reached"]),
    ("queues_update", "409", &["name-taken"]),
    ("create_skill", "409", &["name-taken"]),
    ("retryJob", "409", &["not-in-this-state"]),
    ("discardJob", "409", &["not-in-this-state"]),
    ("retryDelivery", "409", &[]),
    ("discardDelivery", "409", &["not-in-this-state"]),
    ("createWebhook", "409", &["limit-reached"]),
    ("changeMyPassword", "403", &["sign-in-needed"]),
    ("offerSecondFactor", "403", &["sign-in-needed"]),
    ("offerSecondFactor", "409", &["second-factor-on"]),
    ("confirmSecondFactor", "403", &["sign-in-needed"]),
    ("confirmSecondFactor", "409", &["nothing-offered", "second-factor-on"]),
    ("disableSecondFactor", "403", &["sign-in-needed"]),
    ("offerMyPasskey", "403", &["sign-in-needed"]),
    ("offerMyPasskey", "409", &["no-name", "url-not-set", "too-many-passkeys"]),
    ("addMyPasskey", "403", &["sign-in-needed"]),
    ("addMyPasskey", "409", &["no-name", "url-not-set", "too-many-passkeys"]),
    ("offerPasskeySignIn", "409", &["no-name", "url-not-set"]),
    ("signInWithPasskey", "409", &["no-name", "url-not-set"]),
    ("reactivatePerson", "403", &["forbidden", "outranked"]),
    ("reactivatePerson", "409", &["erased", "limit-reached"]),
    ("erasePerson", "403", &["forbidden", "outranked"]),
    ("erasePerson", "409", &["still-active"]),
    ("invite", "403", &["forbidden", "not-yours-to-give"]),
    ("invite", "409", &["taken", "too-many-invitations", "url-not-set"]),
    ("inviteAgain", "403", &["forbidden", "not-yours-to-give"]),
    ("inviteAgain", "409", &["url-not-set"]),
    ("lookUpInvitation", "404", &["link-ended"]),
    ("acceptInvitation", "404", &["link-ended"]),
    ("acceptInvitation", "409", &["taken"]),
    ("requestPasswordReset", "409", &["url-not-set"]),
    ("completePasswordReset", "404", &["link-ended"]),
    ("setEmailOf", "403", &["forbidden", "outranked"]),
    ("setEmailOf", "409", &["taken"]),
    ("createMyToken", "403", &["sign-in-needed", "not-yours-to-give"]),
    ("createMyToken", "409", &["too-many-tokens"]),
    ("set_number", "409", &["taken", "limit-reached"]),
    ("create_phone", "409", &["taken", "limit-reached"]),
    ("createTrunk", "409", &["taken", "limit-reached"]),
    ("add", "403", &["forbidden", "not-yours-to-give"]),
    ("add", "409", &["taken", "limit-reached"]),
    ("deactivatePerson", "403", &["forbidden", "outranked"]),
    ("deactivatePerson", "409", &["yourself", "last-administrator"]),
    ("setRolesOf", "403", &["forbidden", "not-yours-to-give", "outranked"]),
    ("setRolesOf", "409", &["last-administrator"]),
    ("createRole", "403", &["forbidden", "not-yours-to-give"]),
    ("createRole", "409", &["taken", "limit-reached"]),
    ("changeRole", "403", &["forbidden", "not-yours-to-give"]),
    ("changeRole", "409", &["built-in"]),
    ("removeRole", "409", &["role-is-held", "built-in"]),
    ("createDivision", "409", &["taken", "too-many-divisions"]),
    ("renameDivision", "409", &["taken", "built-in"]),
    ("removeDivision", "409", &["built-in", "division-has-things"]),
    ("createGroup", "409", &["taken", "limit-reached"]),
    ("changeGroup", "403", &["forbidden", "not-yours-to-give"]),
    ("changeGroup", "409", &["taken"]),
    ("removeGroup", "403", &["forbidden", "not-yours-to-give"]),
    ("setRolesOfGroup", "403", &["forbidden", "not-yours-to-give"]),
    ("addToGroup", "403", &["forbidden", "not-yours-to-give"]),
    ("addToGroup", "409", &["group-is-full"]),
    ("removeFromGroup", "403", &["forbidden", "not-yours-to-give"]),
    ("createClient", "403", &["forbidden", "not-yours-to-give"]),
    ("createClient", "409", &["limit-reached"]),
    ("changeClient", "403", &["forbidden", "not-yours-to-give", "outranked"]),
    ("changeClientSecret", "409", &["public-client"]),
    ("removeClient", "403", &["forbidden", "outranked"]),
];

/// The types of an operation's refusal with a status. Its description may name more of them between backticks, or, when it begins with
/// one, all of them.
pub(super) fn types(operation: &str, status: &str, description: &str) -> Vec<String> {
    let special = SPECIAL.iter().find(|(id, of, _)| (*id, *of) == (operation, status));
    let named: Vec<&str> = description.split('`').skip(1).step_by(2).filter(|word| is_type(word)).collect();
    let says_all = description.starts_with('`') && !named.is_empty();
    let usual = match special {
        Some((_, _, types)) => types.to_vec(),
        None if says_all => Vec::new(),
        None => usual(status).into_iter().collect(),
    };
    let mut types: Vec<String> = Vec::new();
    for name in usual.into_iter().chain(named) {
        if !types.iter().any(|known| known == name) {
            types.push(name.to_owned());
        }
    }
    types
}

/// What a status means where nothing else is said; 409 always needs saying.
fn usual(status: &str) -> Option<&'static str> {
    Some(match status {
        "400" => "malformed",
        "401" => "unauthenticated",
        "403" => "forbidden",
        "404" => "not-found",
        "412" => "precondition-failed",
        "413" => "too-large",
        "415" => "unsupported-media-type",
        "421" => "other-region",
        "422" => "invalid",
        "426" => "upgrade-required",
        "429" => "too-many-requests",
        "503" => "unavailable",
        _ => return None,
    })
}

/// Whether a word is the name of a type: several words in lower case, with dashes between.
fn is_type(word: &str) -> bool {
    word.contains('-') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_add_to_what_a_status_means() {
        assert_eq!(types("any", "404", "No such thing"), ["not-found"]);
        assert_eq!(types("any", "422", "A field; `bad-flow`: a `Thing` of `x:y`"), ["invalid", "bad-flow"]);
        assert_eq!(types("any", "400", "`unknown-fields`: none such"), ["unknown-fields"]);
        assert_eq!(types("any", "403", "`on_queue` needs `agent:on_queue`"), ["forbidden"]);
        assert_eq!(
            types("queues_create", "409", "`still-in-hand`: …"),
            ["name-taken", "limit-reached", "still-in-hand"]
        );
        assert_eq!(types("any", "409", "Taken"), Vec::<String>::new());
    }

    #[test]
    fn no_operation_is_there_twice() {
        let keys: std::collections::BTreeSet<_> =
            SPECIAL.iter().map(|(id, status, _)| (id, status)).collect();
        assert_eq!(keys.len(), SPECIAL.len());
    }
}
