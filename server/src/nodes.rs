//! Nodes, for those who administer an org: which processes there are, what each does, and how busy it is.

use axum::extract::State;
use tandem_cluster::Cluster;
use tandem_core::Permission;
use tandem_edge::{ApiProblem, Caller, Json};
use tandem_proto::{NodeInfo, Problem, api::NodeList};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The operations, relative to `/api/v1`.
pub(crate) fn routes(cluster: Cluster) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list)).with_state(cluster)
}

/// Lists the nodes
///
/// Those that live: each process that serves this Tandem, as the answering one sees it. One that vanished is missed after two seconds.
#[utoipa::path(get, path = "/nodes", tag = "nodes", operation_id = "listNodes", responses(
    (status = 200, description = "The nodes", body = NodeList),
    (status = 403, description = "Needs `node:view`", body = Problem),
))]
async fn list(caller: Caller, State(cluster): State<Cluster>) -> Result<Json<NodeList>, ApiProblem> {
    caller.require(Permission::NodeView)?;
    let answering = cluster.me();
    // What the others know of this node is a beat old.
    let fresh = |node: &NodeInfo| if node.id == answering { cluster.info() } else { node.clone() };
    let items = cluster.nodes().all().iter().map(fresh).collect();
    Ok(Json(NodeList { answering, items }))
}
