//! What people and groups look like to other systems (RFC 7643 §4, §7): one table, which `/Schemas` shows and by which names are matched,
//! values compared and changes allowed.

use serde_json::{Map, Value, json};

/// The schemas' names.
pub(super) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(super) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A kind of resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    User,
    Group,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Type {
    Text,
    Boolean,
    Time,
    Reference,
    Complex,
}

/// Who sets a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mutability {
    ReadWrite,
    ReadOnly,
    Immutable,
}

/// An attribute (RFC 7643 §7).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) of: Type,
    pub(super) many: bool,
    pub(super) required: bool,
    pub(super) case_exact: bool,
    pub(super) mutability: Mutability,
    /// Whether an answer has it whatever was asked for.
    pub(super) always: bool,
    unique: bool,
    says: &'static str,
    refers: &'static [&'static str],
    canonical: &'static [&'static str],
    pub(super) sub: &'static [Self],
}

impl Attribute {
    const fn new(name: &'static str, of: Type, says: &'static str) -> Self {
        Self {
            name,
            of,
            many: false,
            required: false,
            case_exact: false,
            mutability: Mutability::ReadWrite,
            always: false,
            unique: false,
            says,
            refers: &[],
            canonical: &[],
            sub: &[],
        }
    }
    const fn text(name: &'static str, says: &'static str) -> Self {
        Self::new(name, Type::Text, says)
    }
    const fn complex(name: &'static str, says: &'static str, sub: &'static [Self]) -> Self {
        Self { sub, ..Self::new(name, Type::Complex, says) }
    }
    const fn many(self) -> Self {
        Self { many: true, ..self }
    }
    const fn required(self) -> Self {
        Self { required: true, ..self }
    }
    const fn exact(self) -> Self {
        Self { case_exact: true, ..self }
    }
    const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }
    const fn always(self) -> Self {
        Self { always: true, ..self }
    }
    const fn read_only(self) -> Self {
        Self { mutability: Mutability::ReadOnly, ..self }
    }
    const fn immutable(self) -> Self {
        Self { mutability: Mutability::Immutable, ..self }
    }
    const fn one_of(self, canonical: &'static [&'static str]) -> Self {
        Self { canonical, ..self }
    }
    const fn to(self, refers: &'static [&'static str]) -> Self {
        Self { refers, of: Type::Reference, case_exact: true, ..self }
    }

    /// As `/Schemas` has it.
    fn described(&self) -> Value {
        let of = match self.of {
            Type::Text => "string",
            Type::Boolean => "boolean",
            Type::Time => "dateTime",
            Type::Reference => "reference",
            Type::Complex => "complex",
        };
        let mutability = match self.mutability {
            Mutability::ReadWrite => "readWrite",
            Mutability::ReadOnly => "readOnly",
            Mutability::Immutable => "immutable",
        };
        let mut all = json!({
            "name": self.name, "type": of, "multiValued": self.many, "description": self.says,
            "required": self.required, "mutability": mutability, "returned": if self.always { "always" } else { "default" },
        });
        match self.of {
            Type::Complex => all["subAttributes"] = self.sub.iter().map(Self::described).collect(),
            Type::Boolean => {}
            _ => {
                all["caseExact"] = self.case_exact.into();
                all["uniqueness"] = if self.unique { "server" } else { "none" }.into();
            }
        }
        if !self.refers.is_empty() {
            all["referenceTypes"] = json!(self.refers);
        }
        if !self.canonical.is_empty() {
            all["canonicalValues"] = json!(self.canonical);
        }
        all
    }
}

/// What every resource has (RFC 7643 §3.1).
const COMMON: &[Attribute] = &[
    Attribute::text("schemas", "The schemas of the resource.").many().exact().read_only().always(),
    Attribute::text("id", "Our id.").exact().unique().read_only().always(),
    Attribute::text("externalId", "What the other system calls it.").exact(),
    Attribute::complex(
        "meta",
        "What is known of the resource itself.",
        &[
            Attribute::text("resourceType", "Its type.").exact().read_only(),
            Attribute::new("created", Type::Time, "When it was made.").read_only(),
            Attribute::new("lastModified", Type::Time, "When it last changed.").read_only(),
            Attribute::text("location", "Its address.").exact().read_only(),
            Attribute::text("version", "Its entity tag.").exact().read_only(),
        ],
    )
    .read_only(),
];

const PRIMARY: Attribute = Attribute::new("primary", Type::Boolean, "Whether it is the one to use first.");

const USER_ATTRIBUTES: &[Attribute] = &[
    Attribute::text(
        "userName",
        "What they sign in as: 1 to 128 of a-z 0-9 . _ - @ + # ', case does not matter.",
    )
    .required()
    .unique(),
    Attribute::complex(
        "name",
        "The parts of their name.",
        &[
            Attribute::text("formatted", "The whole name."),
            Attribute::text("familyName", "The family name."),
            Attribute::text("givenName", "The given name."),
        ],
    ),
    Attribute::text("displayName", "The name to show; put together of the others where it is not given."),
    Attribute::text("title", "Job title."),
    Attribute::new(
        "active",
        Type::Boolean,
        "Whether they may sign in. False ends their sessions and tokens.",
    ),
    Attribute::complex(
        "emails",
        "Addresses of theirs.",
        &[
            Attribute::text("value", "The address."),
            Attribute::text("type", "What it is for.").one_of(&["work", "home", "other"]),
            PRIMARY,
        ],
    )
    .many(),
    Attribute::complex(
        "phoneNumbers",
        "Numbers of theirs. Not their internal number.",
        &[
            Attribute::text("value", "The number."),
            Attribute::text("type", "What it is for.")
                .one_of(&["work", "home", "mobile", "fax", "pager", "other"]),
            PRIMARY,
        ],
    )
    .many(),
    Attribute::complex(
        "groups",
        "The groups they are in.",
        &[
            Attribute::text("value", "The group's id.").exact().read_only(),
            Attribute::text("$ref", "The group's address.").to(&["Group"]).read_only(),
            Attribute::text("display", "The group's name.").read_only(),
            Attribute::text("type", "How they are in it.").one_of(&["direct"]).read_only(),
        ],
    )
    .many()
    .read_only(),
];

const GROUP_ATTRIBUTES: &[Attribute] = &[
    Attribute::text("displayName", "Its name; no other group's, case does not matter.").required().unique(),
    Attribute::complex(
        "members",
        "Who is in it: people, no groups.",
        &[
            Attribute::text("value", "Their id.").exact().immutable(),
            Attribute::text("$ref", "Their address.").to(&["User"]).immutable(),
            Attribute::text("type", "What they are.").one_of(&["User"]).immutable(),
            Attribute::text("display", "Their name.").read_only(),
        ],
    )
    .many(),
];

/// Attributes of RFC 7643 (§4.1) that are not kept: what is said of them is heard and let go, as RFC 7644 §3.3 allows.
const LET_GO: &[&str] = &[
    "nickName",
    "profileUrl",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "password",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509Certificates",
];

/// What a name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// This attribute.
    Kept(&'static Attribute),
    /// One that is not kept.
    LetGo,
    /// Nothing.
    Unknown,
}

impl Kind {
    pub(super) const ALL: [Self; 2] = [Self::User, Self::Group];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The name of its schema.
    pub(super) const fn urn(self) -> &'static str {
        match self {
            Self::User => USER,
            Self::Group => GROUP,
        }
    }

    /// Where they are, under the root of SCIM.
    pub(super) const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }

    const fn own(self) -> &'static [Attribute] {
        match self {
            Self::User => USER_ATTRIBUTES,
            Self::Group => GROUP_ATTRIBUTES,
        }
    }

    /// Every attribute, the common ones too.
    pub(super) fn attributes(self) -> impl Iterator<Item = &'static Attribute> {
        COMMON.iter().chain(self.own())
    }

    /// The attribute of a name, which may have its schema's in front (RFC 7644 §3.10); case does not matter.
    pub(super) fn find(self, urn: Option<&str>, name: &str) -> Found {
        if urn.is_some_and(|urn| !urn.eq_ignore_ascii_case(self.urn())) {
            return Found::LetGo;
        }
        match self.attributes().find(|attribute| attribute.name.eq_ignore_ascii_case(name)) {
            Some(attribute) => Found::Kept(attribute),
            None if LET_GO.iter().any(|let_go| let_go.eq_ignore_ascii_case(name)) => Found::LetGo,
            None => Found::Unknown,
        }
    }

    /// `/Schemas/{urn}`.
    pub(super) fn schema(self, base: &str) -> Value {
        let says = match self {
            Self::User => "Somebody in the directory",
            Self::Group => "People who are named together, and hold roles together",
        };
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": self.urn(),
            "name": self.name(),
            "description": says,
            "attributes": self.own().iter().map(Attribute::described).collect::<Vec<_>>(),
            "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{}", self.urn()) },
        })
    }

    /// `/ResourceTypes/{name}`.
    pub(super) fn resource_type(self, base: &str) -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": self.name(),
            "name": self.name(),
            "description": self.name(),
            "endpoint": self.endpoint(),
            "schema": self.urn(),
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", self.name()) },
        })
    }
}

/// The sub-attribute of a name.
pub(super) fn sub(of: &'static Attribute, name: &str) -> Option<&'static Attribute> {
    of.sub.iter().find(|sub| sub.name.eq_ignore_ascii_case(name))
}

/// A resource as it was sent, with the names as the schema has them, without what is not kept, and with what some systems write otherwise set
/// right: booleans as text, one value where there may be several.
pub(super) fn understood(kind: Kind, sent: Map<String, Value>) -> Map<String, Value> {
    let mut resource = Map::new();
    for (name, value) in sent {
        if name.eq_ignore_ascii_case(kind.urn()) {
            if let Value::Object(inner) = value {
                resource.append(&mut understood(kind, inner));
            }
            continue;
        }
        let (urn, name) = super::path::qualified(&name);
        if let Found::Kept(attribute) = kind.find(urn, name) {
            resource.insert(attribute.name.to_owned(), value_of(attribute, value));
        }
    }
    resource
}

/// As [`understood`], the value of an attribute.
pub(super) fn value_of(attribute: &'static Attribute, value: Value) -> Value {
    match (attribute.many, value) {
        (_, Value::Null) => Value::Null,
        (true, Value::Array(values)) => values.into_iter().map(|value| one_of(attribute, value)).collect(),
        (true, value) => vec![one_of(attribute, value)].into(),
        (false, value) => one_of(attribute, value),
    }
}

/// As [`value_of`], one of several.
pub(super) fn one_of(attribute: &'static Attribute, value: Value) -> Value {
    match (attribute.of, value) {
        (Type::Complex, Value::Object(fields)) => {
            let known = |(name, value): (String, Value)| {
                let sub = sub(attribute, &name)?;
                Some((sub.name.to_owned(), value_of(sub, value)))
            };
            Value::Object(fields.into_iter().filter_map(known).collect())
        }
        // A bare text where there may be several is the one that counts.
        (Type::Complex, Value::String(text)) if attribute.many => json!({ "value": text }),
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("true") => true.into(),
        (Type::Boolean, Value::String(text)) if text.eq_ignore_ascii_case("false") => false.into(),
        (_, value) => value,
    }
}

/// `/ServiceProviderConfig` (RFC 7643 §5).
pub(super) fn provider(base: &str, filter_results: u32) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://tandem.dev/docs/identity",
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": filter_results },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth bearer token",
            "description": "A token of a registered program (client credentials) or a personal access token",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })
}
