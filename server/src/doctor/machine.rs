//! What the machine gives.

use std::{fs, net::IpAddr, path::Path};

use tandem_codec::{FRAME_SAMPLES, SILENCE, decode::Decoder, encode};
use tandem_media::{AudioCodec, jitter::Next};
use tandem_proto::NodeRole;
use tandem_setup::Config;

use super::{Finding, Found};

const MIB: u64 = 1024 * 1024;
/// Below this the log may soon have no room.
const ROOM_LOW: u64 = 1024 * MIB;
/// Below this it has none.
const ROOM_OUT: u64 = 64 * MIB;
/// A socket for each client and four for each call need so many.
const DESCRIPTORS: u64 = 16_384;

/// Room in the data folder.
pub(super) fn room(data: &Path) -> Finding {
    let what = format!("room in {}", data.display());
    let found = match rustix::fs::statvfs(data) {
        Err(error) => Found::Fail(format!("it cannot be told: {error}")),
        Ok(stat) => match stat.f_bavail.saturating_mul(stat.f_frsize) {
            free if free < ROOM_OUT => Found::Fail(format!("{} MiB are left; make room", free / MIB)),
            free if free < ROOM_LOW => Found::Warn(format!("{} MiB are left; make room", free / MIB)),
            free => Found::Fine(format!("{} MiB", free / MIB)),
        },
    };
    Finding::new(what, found)
}

/// How many sockets and files the process may have.
pub(super) fn descriptors() -> Finding {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let found = match line.and_then(|line| line.split_whitespace().next()) {
        None => Found::Warn("it cannot be told on this system".to_owned()),
        Some("unlimited") => Found::Fine("unlimited".to_owned()),
        Some(soft) => match soft.parse::<u64>() {
            Ok(soft) if soft < DESCRIPTORS => Found::Warn(format!(
                "{soft}: enough for a few hundred clients; raise it to 65536 (systemd: LimitNOFILE, a shell: ulimit -n)"
            )),
            _ => Found::Fine(soft.to_owned()),
        },
    };
    Finding::new("limit of open files", found)
}

/// A frame of Opus there and back.
pub(super) fn codecs() -> Finding {
    let there_and_back = || -> Result<usize, tandem_codec::CodecError> {
        let mut packet = [0; encode::PACKET_MAX];
        let bytes = encode::Encoder::new(AudioCodec::Opus)?.run(&SILENCE, &mut packet)?;
        let mut samples = Vec::new();
        Decoder::new(AudioCodec::Opus)?.run(Next::Packet(&packet[..bytes]), 20, &mut samples);
        Ok(samples.len())
    };
    let found = match there_and_back() {
        Ok(FRAME_SAMPLES) => Found::Fine(String::new()),
        Ok(samples) => {
            Found::Fail(format!("{FRAME_SAMPLES} samples became {samples}; install the program anew"))
        }
        Err(error) => Found::Fail(format!("{error}; install the program anew")),
    };
    Finding::new("codecs: a frame of Opus there and back", found)
}

/// Whether phones and browsers are told an address they can reach.
pub(super) fn public_ip(config: &Config) -> Option<Finding> {
    let talks = config.roles.contains(&NodeRole::Sip) || config.roles.contains(&NodeRole::Media);
    if !talks {
        return None;
    }
    let bound = [config.sip.ip(), config.media.ip()];
    let found = match config.public_ip {
        None if bound.iter().any(IpAddr::is_unspecified) => Found::Warn(
            "every address is listened on and none is told to far ends: set public_ip to the one they reach"
                .to_owned(),
        ),
        None => Found::Fine(format!("far ends are told {}", config.sip.ip())),
        Some(ip) if ip.is_loopback() && bound.iter().any(|bound| !bound.is_loopback()) => Found::Warn(
            format!("{ip} is reached from this machine alone: set public_ip to the address others reach"),
        ),
        Some(ip) if bound.iter().any(IpAddr::is_loopback) && !ip.is_loopback() => Found::Warn(format!(
            "far ends are told {ip}, and nothing listens but on {}: set sip and media to an address of the network",
            config.sip.ip()
        )),
        Some(ip) => Found::Fine(format!("far ends are told {ip}")),
    };
    Some(Finding::new("public address", found))
}
