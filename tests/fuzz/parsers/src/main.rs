//! Damaged messages against the SIP and SDP parsers: `make fuzz-sip`, for as many runs as one likes.
//!
//! Inputs grow from the torture messages by small damages and words of a dictionary; one that makes a parser say something it never said
//! before is kept and damaged further. What must hold is in `checks.rs`. A panic or a broken promise prints the input and the seed and ends
//! the run with an error: it belongs into a regression test.

mod checks;
mod mutate;

use std::{
    collections::HashSet,
    panic::{self, AssertUnwindSafe},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use clap::{Parser, ValueEnum};

use mutate::Mutator;

/// Inputs kept per parser.
const MAX_CORPUS: usize = 8_192;
/// Length of an input.
const MAX_BYTES: usize = 8 * 1_024;

/// Fuzzes the parsers of what phones send.
#[derive(Parser)]
struct Options {
    /// Runs of each parser.
    #[arg(long, default_value_t = 1_000_000)]
    runs: u64,
    /// Where the random numbers start; the same seed does the same.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One parser alone.
    #[arg(long)]
    only: Option<Target>,
}

/// A parser.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Target {
    /// Messages: read, every header typed, written, read again; and cut out of a stream.
    Sip,
    /// Session descriptions: read, answered, the answer read.
    Sdp,
}

#[expect(clippy::print_stdout, reason = "this is what the program is for")]
fn main() -> ExitCode {
    let options = Options::parse();
    for target in
        [Target::Sip, Target::Sdp].into_iter().filter(|t| options.only.is_none_or(|only| only == *t))
    {
        let began = Instant::now();
        let outcome = match target {
            Target::Sip => fuzz(&options, corpus(), SIP_WORDS, checks::sip),
            Target::Sdp => fuzz(&options, descriptions(), SDP_WORDS, checks::sdp),
        };
        match outcome {
            Ok(kept) => println!(
                "{target:?}: {} runs in {:.0} s, {kept} inputs kept, nothing found",
                options.runs,
                began.elapsed().as_secs_f64()
            ),
            Err(found) => {
                println!("{target:?}: {found}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Runs one parser; what was kept, or what was found.
fn fuzz(
    options: &Options,
    mut corpus: Vec<Vec<u8>>,
    words: &[&str],
    check: fn(&[u8]) -> Result<u64, String>,
) -> Result<usize, String> {
    let mut mutator = Mutator::new(options.seed, words);
    let mut seen = HashSet::new();
    for run in 0..options.runs {
        let input = match usize::try_from(run).ok().and_then(|run| corpus.get(run)) {
            Some(untouched) if run < 64 => untouched.clone(),
            _ => mutator.mutate(&corpus, MAX_BYTES),
        };
        // What a run leaves behind is thrown away, so a panic leaves nothing half done.
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| check(&input)));
        let told = |what: &str| {
            format!("{what} in run {run} of seed {}: {:?}", options.seed, String::from_utf8_lossy(&input))
        };
        match outcome {
            Err(_) => return Err(told("panic")),
            Ok(Err(broken)) => return Err(told(&broken)),
            Ok(Ok(signature)) => {
                if corpus.len() < MAX_CORPUS && seen.insert(signature) {
                    corpus.push(input);
                }
            }
        }
    }
    Ok(corpus.len())
}

/// The torture messages of RFC 4475 and RFC 5118.
fn corpus() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../signaling/sip/tests/torture");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a file")).collect()
}

fn descriptions() -> Vec<Vec<u8>> {
    let bodies = corpus().into_iter().filter_map(|message| {
        let at = message.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        message[at..].starts_with(b"v=").then(|| message[at..].to_vec())
    });
    bodies.chain(std::iter::once(OFFER.as_bytes().to_vec())).collect()
}

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 111 8 0 101\r\n\
a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\nm=video 0 RTP/AVP 96\r\n";

const SIP_WORDS: &[&str] = &[
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    "\r\n ",
    "\t",
    ";",
    ",",
    "<",
    ">",
    "\"",
    "\\\"",
    "\\",
    "=",
    ":",
    "@",
    "%41",
    "%00",
    "[::1]",
    "[2001:db8:::192.0.2.1]",
    "SIP/2.0",
    "SIP/2.0 200 OK",
    "SIP/2.0/UDP ",
    "sip:",
    "sips:",
    "tel:+1",
    "urn:x:y",
    ";tag=a",
    ";branch=z9hG4bK",
    ";rport",
    ";received=",
    ";lr",
    ";expires=0",
    ";q=0.5",
    "*",
    "Via: ",
    "v: ",
    "From: ",
    "f: ",
    "To: ",
    "Call-ID: ",
    "CSeq: 1 INVITE\r\n",
    "Contact: ",
    "m: *\r\n",
    "Content-Length: 0\r\n",
    "l: 10\r\n",
    "Max-Forwards: 70\r\n",
    "Expires: 99999999999\r\n",
    "RAck: 1 1 INVITE\r\n",
    "RSeq: 1\r\n",
    "Require: 100rel, timer\r\n",
    "Session-Expires: 90;refresher=uac\r\n",
    "Min-SE: 90\r\n",
    "Replaces: a;to-tag=b;from-tag=c;early-only\r\n",
    "Refer-To: <sip:a@b?Replaces=c>\r\n",
    "Event: dialog;id=1\r\n",
    "Subscription-State: active;expires=5\r\n",
    "History-Info: <sip:a@b>;index=1.1\r\n",
    "Diversion: <sip:a@b>;reason=busy\r\n",
    "Warning: 399 a \"b\"\r\n",
    "Identity: a.b.c;info=<https://a>\r\n",
    "Privacy: id;header\r\n",
    "Reason: SIP;cause=200\r\n",
    "Retry-After: 5 (x);duration=3\r\n",
    "Authorization: Digest username=\"a\",nc=00000001\r\n",
    "WWW-Authenticate: Digest nonce=\"a\",qop=\"auth\"\r\n",
    "Content-Type: multipart/mixed;boundary=b\r\n",
    "--b\r\n",
    "\r\n--b--\r\n",
    "INVITE ",
    "ACK ",
    "REGISTER ",
    "\u{e9}",
    "\0",
];

const SDP_WORDS: &[&str] = &[
    "\r\n",
    "\n",
    "v=0\r\n",
    "o=- 1 1 IN IP4 1.2.3.4\r\n",
    "s=\r\n",
    "s=-\r\n",
    "c=IN IP4 0.0.0.0\r\n",
    "c=IN IP6 ::1\r\n",
    "t=0 0\r\n",
    "m=audio 4000 RTP/AVP 0 8\r\n",
    "m=audio 0 RTP/AVP 0\r\n",
    "m=video 5000 RTP/AVP 96\r\n",
    "m=audio 99999 RTP/SAVP 0\r\n",
    "a=rtpmap:0 PCMU/8000\r\n",
    "a=rtpmap:96 opus/48000/2\r\n",
    "a=rtpmap:101 telephone-event/8000\r\n",
    "a=fmtp:96 ",
    "a=sendonly\r\n",
    "a=inactive\r\n",
    "a=recvonly\r\n",
    "a=ptime:20\r\n",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:",
    "a=rtcp-mux\r\n",
    "b=AS:64\r\n",
    "RTP/AVP",
    "/",
    " ",
    ":",
    "=",
    "4294967296",
    "-1",
    "127",
    "\u{e9}",
    "\0",
];
