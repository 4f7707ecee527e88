//! `/scim/v2`: other systems keep up people and groups (RFC 7643, RFC 7644).
//!
//! It decides nothing about them: commands are identity's ordinary ones, with the caller's ordinary rights. Every operation is a row of
//! [`Op::ALL`], of which the routes are made; so what a caller needs is said in one place, and a test that goes through the table goes
//! through all there is. Not in the OpenAPI document: `/Schemas` and `/ResourceTypes` describe it, in the form its clients read.

mod error;
mod fields;
mod filter;
mod groups;
mod matching;
mod patch;
mod path;
mod query;
mod schema;
mod serve;
mod users;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, any, on},
};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use tandem_core::Permission;

use crate::Edge;
use error::ScimError;
use schema::Kind;

/// Where it is.
const ROOT: &str = "/scim/v2";
/// The media type (RFC 7644 §3.1).
const MEDIA: HeaderValue = HeaderValue::from_static("application/scim+json");

/// What can be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Op {
    Provider,
    ResourceTypes,
    ResourceType,
    Schemas,
    Schema,
    List(Kind),
    Search(Kind),
    Create(Kind),
    Show(Kind),
    Replace(Kind),
    Patch(Kind),
    Remove(Kind),
}

impl Op {
    /// Every operation.
    const ALL: [Self; 19] = [
        Self::Provider,
        Self::ResourceTypes,
        Self::ResourceType,
        Self::Schemas,
        Self::Schema,
        Self::List(Kind::User),
        Self::Search(Kind::User),
        Self::Create(Kind::User),
        Self::Show(Kind::User),
        Self::Replace(Kind::User),
        Self::Patch(Kind::User),
        Self::Remove(Kind::User),
        Self::List(Kind::Group),
        Self::Search(Kind::Group),
        Self::Create(Kind::Group),
        Self::Show(Kind::Group),
        Self::Replace(Kind::Group),
        Self::Patch(Kind::Group),
        Self::Remove(Kind::Group),
    ];

    fn method(self) -> Method {
        match self {
            Self::Search(_) | Self::Create(_) => Method::POST,
            Self::Replace(_) => Method::PUT,
            Self::Patch(_) => Method::PATCH,
            Self::Remove(_) => Method::DELETE,
            _ => Method::GET,
        }
    }

    /// Under [`ROOT`].
    fn path(self) -> String {
        match self {
            Self::Provider => "/ServiceProviderConfig".into(),
            Self::ResourceTypes => "/ResourceTypes".into(),
            Self::ResourceType => "/ResourceTypes/{id}".into(),
            Self::Schemas => "/Schemas".into(),
            Self::Schema => "/Schemas/{id}".into(),
            Self::List(kind) | Self::Create(kind) => kind.endpoint().into(),
            Self::Search(kind) => format!("{}/.search", kind.endpoint()),
            Self::Show(kind) | Self::Replace(kind) | Self::Patch(kind) | Self::Remove(kind) => {
                format!("{}/{{id}}", kind.endpoint())
            }
        }
    }

    /// What the caller must hold; none: anybody may ask.
    fn needs(self) -> Option<Permission> {
        match self {
            Self::Provider | Self::ResourceTypes | Self::ResourceType | Self::Schemas | Self::Schema => None,
            Self::List(_) | Self::Search(_) | Self::Show(_) => Some(Permission::PeopleRead),
            Self::Create(_) | Self::Replace(_) | Self::Patch(_) | Self::Remove(_) => {
                Some(Permission::PeopleWrite)
            }
        }
    }
}

/// An operation for those who go through all of them: method, path from the server's root, and the permission it needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path; `{id}` stands for a resource.
    pub path: String,
    /// The name of the permission it needs; none: anybody may ask.
    pub needs: Option<&'static str>,
}

/// Every operation there is.
pub fn operations() -> Vec<Operation> {
    let one = |op: &Op| Operation {
        method: op.method(),
        path: format!("{ROOT}{}", op.path()),
        needs: op.needs().map(Permission::name),
    };
    Op::ALL.iter().map(one).collect()
}

pub(crate) fn routes(edge: Edge) -> Router {
    let mut router = Router::new();
    let mut paths: Vec<String> = Op::ALL.iter().map(|op| op.path()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let here: Vec<Op> = Op::ALL.into_iter().filter(|op| op.path() == path).collect();
        let methods: Vec<String> = here.iter().map(|op| op.method().to_string()).collect();
        let allowed = HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("GET"));
        let mut at = MethodRouter::new();
        for op in here {
            let Ok(method) = MethodFilter::try_from(op.method()) else { continue };
            let answer = move |State(edge): State<Edge>, request: Request| serve::answer(op, edge, request);
            at = at.merge(on(method, answer));
        }
        let refuse = move || async move {
            let refused = ScimError::new(405, "there is no such operation here");
            ([(header::ALLOW, allowed)], refused).into_response()
        };
        router = router.route(&format!("{ROOT}{path}"), at.fallback(refuse));
    }
    // RFC 7644 §3.4.3 allows it, and nobody who keeps up a directory asks for people and groups in one list.
    let everything = || async {
        ScimError::new(501, "resources of several types are not searched at once").into_response()
    };
    let router = router.route(&format!("{ROOT}/.search"), any(everything));
    let nothing = || async { ScimError::new(404, "there is nothing of this name").into_response() };
    router.route(&format!("{ROOT}/{{*rest}}"), any(nothing)).with_state(edge)
}

/// A body as SCIM has it.
struct Scim(Value);

impl IntoResponse for Scim {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (StatusCode::OK, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, MEDIA);
        response
    }
}
