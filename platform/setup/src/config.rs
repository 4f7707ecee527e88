//! The checked configuration.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
};

use crate::{Settings, StartError};

/// Ports a free range is taken from: above the services', below those the system gives to clients.
const FREE_RANGE: RangeInclusive<u16> = 20_000..=32_000;
/// Ports in a free range.
const FREE_PORTS: u16 = 400;
/// Fewest RTP ports that carry a call: RTP and RTCP of two legs.
const RTP_PORTS_MIN: u16 = 4;

/// What the server was told to do, checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Folder where everything embedded lives.
    pub data: PathBuf,
    /// Whether to make the demo organisation.
    pub demo: bool,
    /// Web client and API.
    pub http: SocketAddr,
    /// Metrics and health.
    pub admin: SocketAddr,
    /// SIP over UDP and TCP.
    pub sip: SocketAddr,
    /// WebRTC media.
    pub media: SocketAddr,
    /// RTP ports.
    pub rtp_ports: RangeInclusive<u16>,
    /// Address told to far ends.
    pub public_ip: Option<IpAddr>,
    /// Where rows and events are.
    pub database: Database,
    /// Filter of the log.
    pub log: String,
}

/// Where rows and events are.
#[derive(Clone, PartialEq, Eq)]
pub struct Database(String);

impl Database {
    /// The URL, for the store.
    pub fn url(&self) -> &str {
        &self.0
    }

    fn check(url: String) -> Result<Self, String> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self(url)),
            Some(("postgres" | "postgresql", _)) => {
                Err("PostgreSQL is not supported by this version; use sqlite:PATH".into())
            }
            _ => Err("must be sqlite:PATH".into()),
        }
    }
}

impl fmt::Display for Database {
    /// Without the password, if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = self.0.split_once("://").and_then(|(scheme, rest)| {
            let (account, host) = rest.split_once('@')?;
            let (user, _) = account.split_once(':')?;
            Some(format!("{scheme}://{user}:••••@{host}"))
        });
        f.write_str(masked.as_deref().unwrap_or(&self.0))
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Config {
    /// Checks settings and fills in defaults.
    ///
    /// # Errors
    /// [`StartError::Config`], naming the setting and what it must be.
    pub fn check(settings: Settings) -> Result<Self, StartError> {
        let data = settings.data.unwrap_or_else(|| PathBuf::from("./data"));
        let url = settings.database.unwrap_or_else(|| format!("sqlite:{}", data.join("tandem.db").display()));
        let database =
            Database::check(url).map_err(|reason| StartError::Config(format!("database: {reason}")))?;
        Ok(Self {
            demo: settings.demo.unwrap_or(false),
            http: address("http", settings.http, "127.0.0.1:8080")?,
            admin: address("admin", settings.admin, "127.0.0.1:8081")?,
            sip: address("sip", settings.sip, "127.0.0.1:5060")?,
            media: address("media", settings.media, "127.0.0.1:40000")?,
            rtp_ports: ports(settings.rtp_ports.as_deref().unwrap_or("41000-41999"))?,
            public_ip: settings.public_ip.map(|ip| public_ip(&ip)).transpose()?,
            log: settings.log.unwrap_or_else(|| "info".to_owned()),
            data,
            database,
        })
    }
}

fn address(name: &str, text: Option<String>, default: &str) -> Result<SocketAddr, StartError> {
    let text = text.as_deref().unwrap_or(default);
    text.parse().map_err(|_| {
        StartError::Config(format!(
            "{name}: {text:?} is not an address; write IP:PORT, as 127.0.0.1:8080 or [::1]:8080"
        ))
    })
}

fn public_ip(text: &str) -> Result<IpAddr, StartError> {
    match text.parse::<IpAddr>() {
        Ok(ip) if !ip.is_unspecified() && !ip.is_multicast() => Ok(ip),
        _ => Err(StartError::Config(format!("public_ip: {text:?} is not an IP address others can reach"))),
    }
}

fn ports(text: &str) -> Result<RangeInclusive<u16>, StartError> {
    if text == "0" {
        let from = rand::random_range(*FREE_RANGE.start()..=FREE_RANGE.end() - FREE_PORTS) & !1;
        return Ok(from..=from + FREE_PORTS - 1);
    }
    let range = text
        .split_once('-')
        .and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)));
    match range {
        Some((from, to)) if from >= 1024 && to >= from && to - from >= RTP_PORTS_MIN - 1 => Ok(from..=to),
        _ => Err(StartError::Config(format!(
            "rtp_ports: {text:?} is not a range of ports; write FROM-TO, at least {RTP_PORTS_MIN} ports from 1024 on, as 41000-41999"
        ))),
    }
}

impl fmt::Display for Config {
    /// As a `tandem.toml`, secrets masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &dyn fmt::Display| toml::Value::String(text.to_string());
        writeln!(f, "data = {}", quoted(&self.data.display()))?;
        writeln!(f, "demo = {}", self.demo)?;
        writeln!(f, "http = {}", quoted(&self.http))?;
        writeln!(f, "admin = {}", quoted(&self.admin))?;
        writeln!(f, "sip = {}", quoted(&self.sip))?;
        writeln!(f, "media = {}", quoted(&self.media))?;
        writeln!(
            f,
            "rtp_ports = {}",
            quoted(&format_args!("{}-{}", self.rtp_ports.start(), self.rtp_ports.end()))
        )?;
        if let Some(ip) = self.public_ip {
            writeln!(f, "public_ip = {}", quoted(&ip))?;
        }
        writeln!(f, "database = {}", quoted(&self.database))?;
        write!(f, "log = {}", quoted(&self.log))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back_as_the_same() {
        let config = Config::check(Settings { public_ip: Some("192.0.2.1".into()), ..Settings::default() })
            .expect("defaults");
        let settings: Settings = toml::from_str(&config.to_string()).expect("a tandem.toml");
        assert_eq!(Config::check(settings).expect("the same"), config);
    }

    #[test]
    fn refusals_name_the_setting() {
        let refused = |settings| Config::check(settings).expect_err("must be refused").to_string();
        for text in ["8080", "localhost:8080", "127.0.0.1"] {
            assert!(
                refused(Settings { http: Some(text.into()), ..Settings::default() }).starts_with("http: "),
                "{text}"
            );
        }
        for text in ["1-2", "5000", "5000-4000", "41000-41001", "80-90", "x-y"] {
            let message = refused(Settings { rtp_ports: Some(text.into()), ..Settings::default() });
            assert!(message.starts_with("rtp_ports: "), "{text}");
        }
        assert!(
            refused(Settings { public_ip: Some("0.0.0.0".into()), ..Settings::default() })
                .starts_with("public_ip: ")
        );
        assert!(
            refused(Settings { database: Some("mysql:x".into()), ..Settings::default() })
                .starts_with("database: ")
        );
    }

    #[test]
    fn passwords_are_masked() {
        let database = Database("postgres://tandem:hunter2@db.example/tandem".into());
        assert_eq!(database.to_string(), "postgres://tandem:••••@db.example/tandem");
    }

    #[test]
    fn a_free_range_is_even_and_in_bounds() {
        for _ in 0..1_000 {
            let range = ports("0").expect("a range");
            assert!(
                range.start().is_multiple_of(2)
                    && FREE_RANGE.contains(range.start())
                    && FREE_RANGE.contains(range.end())
            );
        }
    }
}
