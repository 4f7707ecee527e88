//! What compressing an event costs, and saves: on the examples in the published description of the events, each by itself, as the server
//! does it for all readers together. By it the server's level and threshold were chosen (`platform/edge/src/gateway/deflate.rs`).

use std::{
    hint::black_box,
    io,
    path::Path,
    time::{Duration, Instant},
};

use flate2::{Compress, Compression, FlushCompress};
use serde_json::Value;
use tandem_bench_report::Row;

use crate::{count, microseconds};

const LEVELS: [u32; 3] = [1, 3, 6];
/// What ends a message and is not sent (RFC 7692 §7.2.1).
const TAIL: usize = 4;

/// For each level: the time of one event, and what of its bytes is left.
pub(crate) fn events(repository: &Path, time: Duration) -> io::Result<Vec<Row>> {
    let document: Value = serde_json::from_slice(&std::fs::read(repository.join("docs/asyncapi.json"))?)?;
    let messages = document["components"]["messages"].as_object().into_iter().flatten();
    let payloads = messages.map(|(_, message)| &message["examples"][0]["payload"]);
    let frames: Vec<String> = payloads
        .filter(|payload| payload["cursor"].is_string())
        .map(|event| format!(r#"{{"type":"event","cursor":{},"data":{event}}}"#, event["cursor"]))
        .collect();
    let bytes: usize = frames.iter().map(String::len).sum();
    let mut rows = vec![Row::plain("an event's frame: mean", "bytes", count(bytes) / count(frames.len()))];
    for level in LEVELS {
        let mut compress = Compress::new(Compression::new(level), false);
        let (began, mut rounds, mut compressed) = (Instant::now(), 0, 0);
        while began.elapsed() < time {
            compressed = 0;
            for frame in &frames {
                compress.reset();
                let mut out = Vec::with_capacity(frame.len() + 64);
                let done = compress.compress_vec(frame.as_bytes(), &mut out, FlushCompress::Sync);
                done.map_err(io::Error::other)?;
                compressed += out.len().saturating_sub(TAIL);
                black_box(&out);
            }
            rounds += 1;
        }
        let each = microseconds(began.elapsed()) / count(rounds * frames.len());
        rows.push(Row::plain(format!("an event compressed once, level {level}: CPU"), "µs", each));
        let left = count(compressed) / count(bytes) * 100.0;
        rows.push(Row::plain(format!("an event compressed once, level {level}: left of it"), "%", left));
    }
    Ok(rows)
}
