//! Groups as SCIM's `Group` (RFC 7643 §4.2), both ways. Pure.

use serde_json::{Map, Value, json};
use tandem_core::EntityTag;
use tandem_proto::{UserId, limits::GROUP_MEMBERS};

use super::{
    error::ScimError,
    fields::{bounded, external_id, several, text, wrong},
    schema::GROUP,
};
use crate::identity::{Group, GroupDraft};

/// A group as it is shown, and its entity tag. `base` is the root of SCIM.
pub(super) fn resource(group: &Group, base: &str) -> (Value, EntityTag) {
    let tag = EntityTag::version(group.version);
    let mut shown = json!({
        "schemas": [GROUP],
        "id": group.id,
        "displayName": group.name,
        "meta": {
            "resourceType": "Group", "created": group.created_at, "lastModified": group.changed_at,
            "location": format!("{base}/Groups/{}", group.id), "version": format!("W/{tag}"),
        },
    });
    if let Some(external_id) = &group.external_id {
        shown["externalId"] = external_id.as_str().into();
    }
    if !group.members.is_empty() {
        let one = |(id, name): &(UserId, String)| json!({ "value": id, "$ref": format!("{base}/Users/{id}"), "type": "User", "display": name });
        shown["members"] = group.members.iter().map(one).collect();
    }
    (shown, tag)
}

/// What a group is to be, of what was sent and [understood](super::schema::understood).
pub(super) fn draft(sent: &Map<String, Value>) -> Result<GroupDraft, ScimError> {
    let name = text(sent, "displayName")?.ok_or_else(|| wrong("displayName", "is needed"))?;
    let mut members = Vec::new();
    for one in several(sent, "members", GROUP_MEMBERS)? {
        if text(one, "type")?.is_some_and(|kind| !kind.eq_ignore_ascii_case("User")) {
            return Err(wrong("members", "a group has people, no groups"));
        }
        let value = bounded(one, "value", 64)?.ok_or_else(|| wrong("members", "each has a value"))?;
        let user = value.parse().map_err(|_| wrong("members", format!("nobody has the id {value:?}")))?;
        members.push(user);
    }
    Ok(GroupDraft { name, external_id: external_id(sent)?, members })
}
