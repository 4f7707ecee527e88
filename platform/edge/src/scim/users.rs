//! People as SCIM's `User` (RFC 7643 §4.1), both ways. Pure.

use serde_json::{Map, Value, json};
use tandem_core::EntityTag;

use super::{
    error::ScimError,
    fields::{boolean, bounded, external_id, several, text, wrong},
    schema::USER,
};
use crate::identity::{Contact, PersonDraft, Profile, Provisioned};

/// Addresses, and numbers, of one person.
const CONTACTS: usize = 20;
/// Longest address or number (RFC 5321 §4.5.3.1).
const CONTACT_CHARS: usize = 254;

/// Somebody as they are shown, and their entity tag. `base` is the root of SCIM.
pub(super) fn resource(person: &Provisioned, base: &str) -> (Value, EntityTag) {
    let Provisioned { record, external_id, profile, groups, created_at, changed_at } = person;
    let mut user = json!({
        "schemas": [USER],
        "id": record.id,
        "userName": profile.user_name.as_ref().unwrap_or(&record.name),
        "displayName": record.display_name,
        "active": record.active,
    });
    let mut name = Map::new();
    for (part, value) in [
        ("formatted", &profile.formatted),
        ("familyName", &profile.family_name),
        ("givenName", &profile.given_name),
    ] {
        if let Some(value) = value {
            name.insert(part.into(), value.as_str().into());
        }
    }
    if !name.is_empty() {
        user["name"] = name.into();
    }
    for (name, value) in [("externalId", external_id), ("title", &record.title)] {
        if let Some(value) = value {
            user[name] = value.as_str().into();
        }
    }
    for (name, contacts) in [("emails", &profile.emails), ("phoneNumbers", &profile.phones)] {
        if !contacts.is_empty() {
            user[name] = contacts.iter().map(shown).collect();
        }
    }
    // Not of the groups: who is in a group is the group's state.
    let tag = EntityTag::of(&user).unwrap_or_else(|_| EntityTag::version(changed_at.micros()));
    if !groups.is_empty() {
        let one = |(id, name): &(tandem_proto::GroupId, String)| json!({ "value": id, "$ref": format!("{base}/Groups/{id}"), "display": name, "type": "direct" });
        user["groups"] = groups.iter().map(one).collect();
    }
    user["meta"] = json!({
        "resourceType": "User", "created": created_at, "lastModified": changed_at,
        "location": format!("{base}/Users/{}", record.id), "version": format!("W/{tag}"),
    });
    (user, tag)
}

fn shown(contact: &Contact) -> Value {
    let mut shown = json!({ "value": contact.value });
    if let Some(kind) = &contact.kind {
        shown["type"] = kind.as_str().into();
    }
    if let Some(primary) = contact.primary {
        shown["primary"] = primary.into();
    }
    shown
}

/// Somebody as a `PATCH` finds them: without a name to show that was only put together, so that it follows the others.
pub(super) fn to_patch(person: &Provisioned) -> Map<String, Value> {
    let (resource, _) = resource(person, "");
    let mut fields = match resource {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    if person.profile.composed {
        fields.remove("displayName");
    }
    fields
}

/// What somebody is to be, of what was sent and [understood](super::schema::understood). Where nothing is said of it, they are as `active` as
/// they were.
pub(super) fn draft(sent: &Map<String, Value>, active: bool) -> Result<PersonDraft, ScimError> {
    let user_name =
        bounded(sent, "userName", CONTACT_CHARS)?.ok_or_else(|| wrong("userName", "is needed"))?;
    let name = match sent.get("name") {
        None | Some(Value::Null) => &Map::new(),
        Some(Value::Object(name)) => name,
        Some(_) => return Err(wrong("name", "has parts")),
    };
    let (formatted, given, family) =
        (text(name, "formatted")?, text(name, "givenName")?, text(name, "familyName")?);
    let said = text(sent, "displayName")?;
    let composed = said.is_none();
    let display_name = said.unwrap_or_else(|| compose(&formatted, &given, &family, &user_name));
    let small = user_name.to_lowercase();
    Ok(PersonDraft {
        profile: Profile {
            user_name: (user_name != small).then_some(user_name),
            composed,
            formatted,
            given_name: given,
            family_name: family,
            emails: contacts(sent, "emails")?,
            phones: contacts(sent, "phoneNumbers")?,
        },
        name: small,
        display_name,
        title: text(sent, "title")?,
        active: boolean(sent, "active")?.unwrap_or(active),
        external_id: external_id(sent)?,
    })
}

/// The name to show of somebody of whom none was said.
fn compose(
    formatted: &Option<String>,
    given: &Option<String>,
    family: &Option<String>,
    user_name: &str,
) -> String {
    let parts: Vec<&str> = given.iter().chain(family).map(String::as_str).collect();
    let whole = match (formatted, parts.as_slice()) {
        (Some(formatted), _) => formatted.clone(),
        (None, []) => user_name.to_owned(),
        (None, parts) => parts.join(" "),
    };
    whole.chars().take(tandem_proto::limits::NAME_CHARS).collect::<String>().trim().to_owned()
}

fn contacts(sent: &Map<String, Value>, name: &str) -> Result<Vec<Contact>, ScimError> {
    let mut contacts = Vec::new();
    for one in several(sent, name, CONTACTS)? {
        // One without a value says nothing.
        let Some(value) = bounded(one, "value", CONTACT_CHARS)? else { continue };
        contacts.push(Contact { value, kind: text(one, "type")?, primary: boolean(one, "primary")? });
    }
    if contacts.iter().filter(|contact| contact.primary == Some(true)).count() > 1 {
        return Err(wrong(name, "one at most is primary"));
    }
    Ok(contacts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sent: Value) -> Result<PersonDraft, ScimError> {
        let Value::Object(sent) = sent else { panic!("an object") };
        draft(&super::super::schema::understood(super::super::schema::Kind::User, sent), true)
    }

    #[test]
    fn people_are_read_as_systems_send_them() {
        let draft = read(json!({
            "schemas": [USER], "USERNAME": "Ada@Example.com", "active": "False", "title": " Countess ",
            "name": { "givenName": "Ada", "familyName": "Lovelace" }, "emails": { "value": "ada@example.com", "type": "work" },
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "x" }, "nickName": "A",
        }))
        .expect("reads");
        assert_eq!(
            (draft.name.as_str(), draft.profile.user_name.as_deref()),
            ("ada@example.com", Some("Ada@Example.com"))
        );
        assert_eq!(
            (draft.display_name.as_str(), draft.profile.composed, draft.active),
            ("Ada Lovelace", true, false)
        );
        assert_eq!(draft.title.as_deref(), Some("Countess"));
        assert_eq!(draft.profile.emails[0].kind.as_deref(), Some("work"));
        assert_eq!(read(json!({ "userName": "ada" })).expect("reads").display_name, "ada");
    }

    #[test]
    fn what_cannot_be_taken_is_refused() {
        for wrong in [
            json!({}),
            json!({ "userName": " " }),
            json!({ "userName": 7 }),
            json!({ "userName": "a", "active": "perhaps" }),
            json!({ "userName": "a", "name": "Ada" }),
            json!({ "userName": "a", "title": "x".repeat(121) }),
            json!({ "userName": "a", "emails": [7] }),
            json!({ "userName": "a", "emails": vec![json!({ "value": "x" }); 21] }),
            json!({ "userName": "a", "emails": [{ "value": "x", "primary": true }, { "value": "y", "primary": true }] }),
        ] {
            assert_eq!(read(wrong.clone()).expect_err("refused").status, 400, "{wrong}");
        }
    }
}
