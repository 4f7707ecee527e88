//! Traces: one request on two nodes is one trace at the collector; without a collector there is nothing.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use crate::support::{self, FREE_PORTS, run, tandem};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{Method, Request, StatusCode, header},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value},
};
use prost::Message as _;
use serde_json::{Value, json};
use tandem_test_support::Postgres;
use tokio::{net::TcpListener, sync::mpsc, time::timeout};

/// Longer than anything here takes; reached only by a fault.
const AT_MOST: Duration = Duration::from_secs(30);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
/// Kinds of spans, as OTLP numbers them.
const INTERNAL: i32 = 1;
const SERVER: i32 = 2;
const CLIENT: i32 = 3;

/// A span as it arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Arrived {
    node: String,
    name: String,
    kind: i32,
    trace: String,
    id: String,
    parent: String,
    attributes: Vec<(String, String)>,
}

/// A collector of OTLP over HTTP.
struct Collector {
    address: SocketAddr,
    spans: mpsc::UnboundedReceiver<Arrived>,
}

impl Collector {
    async fn start() -> Self {
        let (span, spans) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        let router = Router::new().route("/v1/traces", post(collect)).with_state(span);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, spans }
    }

    /// Takes what arrives until `enough` of this trace is there.
    async fn spans_until(&mut self, trace: &str, enough: impl Fn(&[Arrived]) -> bool) -> Vec<Arrived> {
        let mut arrived = Vec::new();
        while !enough(&arrived) {
            let Ok(span) = timeout(AT_MOST, self.spans.recv()).await else { panic!("only {arrived:#?}") };
            arrived.extend(span.filter(|span| span.trace == trace));
        }
        arrived
    }
}

async fn collect(State(span): State<mpsc::UnboundedSender<Arrived>>, body: Bytes) -> Bytes {
    let request = ExportTraceServiceRequest::decode(body).expect("an export");
    for resource in request.resource_spans {
        let attributes = resource.resource.map(|resource| texts(&resource.attributes)).unwrap_or_default();
        let of = |key: &str| {
            attributes
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value.clone())
                .unwrap_or_default()
        };
        assert_eq!(of("service.name"), "tandem");
        assert_eq!(of("service.version"), env!("CARGO_PKG_VERSION"));
        for spans in resource.scope_spans {
            for one in spans.spans {
                let arrived = Arrived {
                    node: of("service.instance.id"),
                    name: one.name,
                    kind: one.kind,
                    trace: hex(&one.trace_id),
                    id: hex(&one.span_id),
                    parent: hex(&one.parent_span_id),
                    attributes: texts(&one.attributes),
                };
                assert!(one.events.is_empty(), "log lines stay here: {:?}", one.events);
                let _ = span.send(arrived);
            }
        }
    }
    Bytes::new()
}

fn texts(attributes: &[KeyValue]) -> Vec<(String, String)> {
    let text = |pair: &KeyValue| {
        let value = match pair.value.as_ref()?.value.as_ref()? {
            any_value::Value::StringValue(text) => text.clone(),
            any_value::Value::IntValue(number) => number.to_string(),
            _ => return None,
        };
        Some((pair.key.clone(), value))
    };
    attributes.iter().filter_map(text).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One node of many.
struct Node {
    process: Child,
    http: Option<String>,
}

impl Node {
    /// Starts a node in a folder of its own and waits until it is ready.
    fn start(folder: &Path, name: &str, flags: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = tandem(folder);
        command
            .args(["serve", "--log", "warn", "--name", name, "--data", name, "--audit-key", "audit.key"])
            .args(FREE_PORTS)
            .args(
                folder
                    .join("master.key")
                    .exists()
                    .then_some(["--master-key-file", "master.key"])
                    .into_iter()
                    .flatten(),
            )
            .args(flags)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped());
        let mut process = command.spawn().expect("started");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        assert!(line.starts_with("ready "), "{line:?}");
        let runtime = fs::read(folder.join(name).join("runtime.json")).expect("written before it is ready");
        let runtime: Value = serde_json::from_slice(&runtime).expect("JSON");
        Self { process, http: runtime["http"].as_str().map(ToOwned::to_owned) }
    }

    async fn post(&self, path: &str, token: &str, traceparent: Option<&str>, body: &Value) -> StatusCode {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}{path}", self.http.as_ref().expect("an edge")))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        let (status, headers, _) =
            support::send(request.body(Body::from(body.to_string())).expect("a request")).await;
        assert!(!headers.contains_key("traceparent"), "nothing new is answered");
        status
    }

    /// Whether a thread of it exports spans.
    fn exports(&self) -> bool {
        let threads = fs::read_dir(format!("/proc/{}/task", self.process.id())).expect("it runs");
        threads.flatten().any(|thread| {
            fs::read_to_string(thread.path().join("comm")).is_ok_and(|name| name.starts_with("OpenTelemetry"))
        })
    }

    fn stop(mut self) {
        let pid = self.process.id().to_string();
        assert!(std::process::Command::new("kill").arg(pid).status().expect("kill runs").success());
        assert!(self.process.wait().expect("ended").success());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The demo organisation on a shared database; answers its administrator's token.
fn demo(folder: &Path, database: &str) -> String {
    let mut keys = tandem(folder);
    keys.args(["keys", "new", "master.key"]);
    assert_eq!(run(keys).0, 0);
    let mut command = tandem(folder);
    command
        .args(["demo", "--database", database, "--data", "demo", "--audit-key", "audit.key", "--log", "warn"])
        .args(["--master-key-file", "master.key"])
        .args(FREE_PORTS);
    let (code, _, stderr) = run(command);
    assert_eq!(code, 0, "{stderr}");
    let demo: Value =
        serde_json::from_slice(&fs::read(folder.join("demo/demo.json")).expect("written")).expect("JSON");
    let users = demo["users"].as_array().expect("users");
    let admin = users.iter().find(|user| user["name"] == "admin").expect("an administrator");
    admin["token"].as_str().expect("a token").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_on_two_nodes_is_one_trace() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.expect("started");
    let (folder, database) = (tempfile::tempdir().expect("a folder"), postgres.url());
    let token = demo(folder.path(), &database);
    let mut collector = Collector::start().await;
    let otlp = format!("http://{}", collector.address);
    let shared = ["--database", &database, "--links", "127.0.0.1:0", "--otlp", &otlp];
    let other = Node::start(
        folder.path(),
        "rest",
        &[&shared[..], &["--roles", "sip,media,engine,worker"]].concat(),
        &[],
    );
    let edge = Node::start(folder.path(), "edge", &[&shared[..], &["--roles", "edge"]].concat(), &[]);
    assert!(edge.exports() && other.exports());

    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let skill = json!({ "name": "Welsh" });
    let status = edge.post("/api/v1/skills", &token, Some(&traceparent), &skill).await;
    assert_eq!(status, StatusCode::CREATED);
    // From the commit on the other node up to the request on this one.
    let chain = |spans: &[Arrived]| {
        let of = |id: &str| spans.iter().find(|span| span.id == id).cloned();
        let commits = spans.iter().filter(|span| span.node == "rest" && span.name == "commit");
        commits.cloned().find_map(|commit| {
            let carried = of(&commit.parent)?;
            let answer = of(&carried.parent)?;
            let ask = of(&answer.parent)?;
            let request = of(&ask.parent)?;
            Some([carried, answer, ask, request])
        })
    };
    let spans = collector.spans_until(TRACE, |spans| chain(spans).is_some()).await;
    let [carried, answer, ask, request] = chain(&spans).expect("it is there");
    let seen = |span: &Arrived| (span.node.clone(), span.name.clone(), span.kind);
    let is = |node: &str, name: &str, kind| (node.to_owned(), name.to_owned(), kind);
    assert_eq!(seen(&request), is("edge", "POST /api/v1/skills", SERVER));
    assert_eq!(request.parent, PARENT, "the client's child");
    assert_eq!(seen(&ask), is("edge", "api", CLIENT));
    assert_eq!(seen(&answer), is("rest", "api", SERVER));
    assert_eq!(seen(&carried), is("rest", "POST /api/v1/skills", INTERNAL));
    assert!(
        request.attributes.contains(&("http.response.status_code".to_owned(), "201".to_owned())),
        "{request:?}"
    );

    // One that the client does not want traced is not, on neither node; one that says nothing begins a trace.
    let unwanted = "00-11111111111111111111111111111111-2222222222222222-00";
    let skill = json!({ "name": "Breton" });
    assert_eq!(edge.post("/api/v1/skills", &token, Some(unwanted), &skill).await, StatusCode::CREATED);
    let skill = json!({ "name": "Cornish" });
    assert_eq!(edge.post("/api/v1/skills", &token, None, &skill).await, StatusCode::CREATED);

    // What is left is sent when they stop.
    edge.stop();
    other.stop();
    let mut rest = Vec::new();
    while let Ok(span) = collector.spans.try_recv() {
        rest.push(span);
    }
    let requests = |node: &str| {
        let of = rest.iter().filter(|span| span.node == node && span.name == "POST /api/v1/skills");
        of.filter(|span| span.trace != TRACE).cloned().collect::<Vec<_>>()
    };
    let (here, there) = (requests("edge"), requests("rest"));
    assert_eq!((here.len(), there.len()), (1, 1), "the last request alone: {rest:#?}");
    assert_eq!(here[0].trace, there[0].trace);
    let lonely = rest.iter().filter(|span| span.parent.is_empty() && span.kind != SERVER).collect::<Vec<_>>();
    assert!(lonely.is_empty(), "a trace begins with a request alone: {lonely:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_setting_nothing_is_exported() {
    let folder = tempfile::tempdir().expect("a folder");
    let collector = Collector::start().await;
    let endpoint = format!("http://{}", collector.address);
    let node = Node::start(folder.path(), "alone", &[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    assert!(!node.exports());
    assert_eq!(node.post("/api/v1/sessions", "", None, &json!({})).await, StatusCode::UNPROCESSABLE_ENTITY);
    node.stop();
    assert!(collector.spans.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_holds_up_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound");
    let node = Node::start(folder.path(), "alone", &["--otlp", &format!("http://{nobody}")], &[]);
    assert!(node.exports());
    assert_eq!(node.post("/api/v1/sessions", "", None, &json!({})).await, StatusCode::UNPROCESSABLE_ENTITY);
    node.stop();
}
