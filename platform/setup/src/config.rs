//! The checked configuration.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    ops::RangeInclusive,
    path::PathBuf,
};

use ipnet::IpNet;
use tandem_core::{Region, RegionAddress, Regions, Secret as Hidden};
use tandem_proto::NodeRole;

use crate::{NodeTlsFiles, Settings, StartError, TlsFiles};

/// Ports a free range is taken from: above the services', below those the system gives to clients.
const FREE_RANGE: RangeInclusive<u16> = 20_000..=32_000;
/// Ports in a free range.
const FREE_PORTS: u16 = 400;
/// Fewest RTP ports that carry a call: RTP and RTCP of two legs.
const RTP_PORTS_MIN: u16 = 4;

/// Requests under way at once, if nobody says how many: more means that answers take too long.
const SESSION_DAYS: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
const GRANT_DAYS: NonZeroU32 = NonZeroU32::new(90).expect("not zero");
const REQUESTS_AT_ONCE: NonZeroU32 = NonZeroU32::new(2_000).expect("not zero");

/// What the server was told to do, checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Folder where everything embedded lives.
    pub data: PathBuf,
    /// Whether to make the demo organisation.
    pub demo: bool,
    /// Web client and API.
    pub http: SocketAddr,
    /// Certificate and key of `http`; `None`: it speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Where users come, when it is not `http` itself: `https://tandem.example`.
    pub url: Option<String>,
    /// Metrics and health.
    pub admin: SocketAddr,
    /// SIP over UDP and TCP.
    pub sip: SocketAddr,
    /// The same over TLS; `None`, as below: nowhere.
    pub sip_tls: Option<SocketAddr>,
    /// The authority of those who are let in there; `None`: anybody is.
    pub sip_tls_ca: Option<PathBuf>,
    /// SIP over WebSocket without TLS.
    pub sip_ws: Option<SocketAddr>,
    /// And with it.
    pub sip_wss: Option<SocketAddr>,
    /// WebRTC media.
    pub media: SocketAddr,
    /// RTP ports.
    pub rtp_ports: RangeInclusive<u16>,
    /// Address told to far ends.
    pub public_ip: Option<IpAddr>,
    /// What this process does.
    pub roles: BTreeSet<NodeRole>,
    /// Its name among the nodes.
    pub name: String,
    /// Where other nodes reach it; `None`: it is alone.
    pub links: Option<SocketAddr>,
    /// With what nodes know each other on `links`; `None`: they do not, and it is an address of this machine alone.
    pub node_tls: Option<NodeTlsFiles>,
    /// Where presence, signals and rate limits are shared; `None`: they are this process' own.
    pub redis: Option<Secret>,
    /// Where rows and events are.
    pub database: Database,
    /// File of the key that audit entries are authenticated with; `None`: `audit.key` in the data folder.
    pub audit_key: Option<PathBuf>,
    /// Where large things that are written once are.
    pub blobs: Secret,
    /// How mail is sent.
    pub mail: Secret,
    /// Whom it is from.
    pub mail_from: String,
    /// File of the mail server's password; `None`: it is in the URL, or there is none.
    pub mail_password_file: Option<PathBuf>,
    /// Days a session lasts at most.
    pub session_days: NonZeroU32,
    /// Days that hold what somebody allowed a program.
    pub grant_days: NonZeroU32,
    /// What webhooks may reach beside the public.
    pub webhook_networks: Vec<IpNet>,
    /// Where proxies are that are believed when they say for whom they ask.
    pub trusted_proxies: Vec<IpNet>,
    /// Requests a minute of one client; `None`: any number.
    pub rate_per_client: Option<NonZeroU32>,
    /// Requests a minute of one org; `None`: any number.
    pub rate_per_org: Option<NonZeroU32>,
    /// Requests under way at once.
    pub requests_at_once: NonZeroU32,
    /// File of master keys; `None`: that of the data folder.
    pub master_key_file: Option<PathBuf>,
    /// Master keys, a line each, in place of a file.
    pub master_key: Option<Hidden>,
    /// This server's region and the other ones.
    pub regions: Regions,
    /// File of the key that all regions have; there is one where there are several regions.
    pub region_key_file: Option<PathBuf>,
    /// Filter of the log.
    pub log: String,
    /// Where traces go; `None`: nothing is traced.
    pub otlp: Option<String>,
}

/// A URL that may hold a password, which is shown masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The URL itself.
    pub fn url(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    /// Without the password, if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = self.0.split_once("://").and_then(|(scheme, rest)| {
            let (account, host) = rest.rsplit_once('@')?;
            let (user, _) = account.split_once(':')?;
            Some(format!("{scheme}://{user}:••••@{host}"))
        });
        f.write_str(masked.as_deref().unwrap_or(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where rows and events are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Database(Secret);

impl Database {
    /// The URL, for the store.
    pub fn url(&self) -> &str {
        self.0.url()
    }

    /// Whether other processes can use it at the same time.
    pub fn is_shared(&self) -> bool {
        !self.url().starts_with("sqlite:")
    }

    fn check(url: String) -> Result<Self, String> {
        match url.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self(Secret(url))),
            Some(("postgres" | "postgresql", rest)) if rest.len() > 2 && rest.starts_with("//") => {
                Ok(Self(Secret(url)))
            }
            _ => Err("must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME".into()),
        }
    }
}

impl fmt::Display for Database {
    /// Without the password, if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
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
        let roles = roles(settings.roles.as_deref())?;
        let links = settings.links.map(|links| address("links", Some(links), "")).transpose()?;
        if links.is_none() && roles.len() < NodeRole::ALL.len() {
            return Err(StartError::Config(
                "roles: a process with some of the roles needs `links`, the address other nodes reach it at"
                    .into(),
            ));
        }
        if links.is_some() && !database.is_shared() {
            return Err(StartError::Config(
                "links: several nodes need a database they can share; set `database` to postgres://…".into(),
            ));
        }
        let node_tls = node_tls_files(settings.node_cert, settings.node_key, settings.node_ca)?;
        if let Some(links) = links.filter(|links| node_tls.is_none() && !links.ip().is_loopback()) {
            return Err(StartError::Config(format!(
                "links: {links} can be reached by other machines, and without certificates anybody there could act as a node; set \
                 node_cert, node_key and node_ca (`tandem ca` makes them)"
            )));
        }
        let tls = tls_files(settings.tls_cert, settings.tls_key)?;
        let further = |name, text: Option<String>| text.map(|text| address(name, Some(text), "")).transpose();
        let sip_tls = further("sip_tls", settings.sip_tls)?;
        let sip_ws = further("sip_ws", settings.sip_ws)?;
        let sip_wss = further("sip_wss", settings.sip_wss)?;
        for (name, needs) in [("sip_tls", sip_tls), ("sip_wss", sip_wss)] {
            if needs.is_some() && tls.is_none() {
                return Err(StartError::Config(format!(
                    "{name}: TLS needs a certificate and its key; set tls_cert and tls_key"
                )));
            }
        }
        if settings.sip_tls_ca.is_some() && sip_tls.is_none() {
            return Err(StartError::Config(
                "sip_tls_ca: it says who is let in at sip_tls; set that too".into(),
            ));
        }
        let regions = regions(settings.region.as_deref(), settings.regions.as_deref())?;
        if regions.are_several() && settings.region_key_file.is_none() {
            return Err(StartError::Config(
                "region_key_file: regions tell each other which organisations live where by a key that all of them have; make one with \
                 `tandem keys region FILE` and give each node of each region a copy"
                    .into(),
            ));
        }
        let blobs = settings.blobs.unwrap_or_else(|| format!("file:{}", data.join("blobs").display()));
        let mail = settings.mail.unwrap_or_else(|| format!("file:{}", data.join("mail").display()));
        Ok(Self {
            audit_key: settings.audit_key,
            blobs: blobs_url(blobs)?,
            mail: mail_url(mail)?,
            mail_from: settings.mail_from.unwrap_or_else(|| "Tandem <tandem@localhost>".to_owned()),
            mail_password_file: settings.mail_password_file,
            session_days: settings.session_days.unwrap_or(SESSION_DAYS),
            grant_days: settings.grant_days.unwrap_or(GRANT_DAYS),
            url: settings.url.map(public_url).transpose()?,
            tls,
            roles,
            name: node_name(settings.name)?,
            links,
            node_tls,
            redis: settings.redis.map(redis_url).transpose()?,
            demo: settings.demo.unwrap_or(false),
            http: address("http", settings.http, "127.0.0.1:8080")?,
            admin: address("admin", settings.admin, "127.0.0.1:8081")?,
            sip: address("sip", settings.sip, "127.0.0.1:5060")?,
            sip_tls,
            sip_tls_ca: settings.sip_tls_ca,
            sip_ws,
            sip_wss,
            media: address("media", settings.media, "127.0.0.1:40000")?,
            rtp_ports: ports(settings.rtp_ports.as_deref().unwrap_or("41000-41999"))?,
            public_ip: settings.public_ip.map(|ip| public_ip(&ip)).transpose()?,
            webhook_networks: networks("webhook_networks", settings.webhook_networks.as_deref())?,
            trusted_proxies: networks("trusted_proxies", settings.trusted_proxies.as_deref())?,
            rate_per_client: NonZeroU32::new(settings.rate_per_client.unwrap_or(6_000)),
            rate_per_org: NonZeroU32::new(settings.rate_per_org.unwrap_or(300_000)),
            requests_at_once: settings.requests_at_once.unwrap_or(REQUESTS_AT_ONCE),
            log: settings.log.unwrap_or_else(|| "info".to_owned()),
            otlp: settings.otlp.map(collector_url).transpose()?,
            master_key: settings.master_key.map(|keys| Hidden::new(keys.replace(',', "\n"))),
            master_key_file: settings.master_key_file,
            regions,
            region_key_file: settings.region_key_file,
            data,
            database,
        })
    }

    /// Where users come, if `http` really listens at `address`: what was set, or else the address itself.
    pub fn url_at(&self, address: SocketAddr) -> String {
        self.url.clone().unwrap_or_else(|| self.address_url(address))
    }

    /// The URL of `http` itself, if it really listens at `address`.
    pub fn address_url(&self, address: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{address}")
    }

    /// Whether passwords and messages may cross a network in plain text: others reach `http`, it has no certificate, and users are not
    /// said to come through a proxy that has one.
    pub fn is_exposed(&self) -> bool {
        let behind_tls = self.url.as_ref().is_some_and(|url| url.starts_with("https://"));
        self.roles.contains(&NodeRole::Edge)
            && !self.http.ip().is_loopback()
            && self.tls.is_none()
            && !behind_tls
    }
}

fn tls_files(cert: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<TlsFiles>, StartError> {
    let missing = |one: &str, other: &str| {
        Err(StartError::Config(format!("{one}: needed with {other}; a certificate and its key make HTTPS")))
    };
    match (cert, key) {
        (Some(cert), Some(key)) => Ok(Some(TlsFiles { cert, key })),
        (Some(_), None) => missing("tls_key", "tls_cert"),
        (None, Some(_)) => missing("tls_cert", "tls_key"),
        (None, None) => Ok(None),
    }
}

fn node_tls_files(
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    authority: Option<PathBuf>,
) -> Result<Option<NodeTlsFiles>, StartError> {
    match (cert, key, authority) {
        (Some(cert), Some(key), Some(authority)) => {
            Ok(Some(NodeTlsFiles { own: TlsFiles { cert, key }, authority }))
        }
        (None, None, None) => Ok(None),
        (cert, key, authority) => {
            let missing = [("node_cert", cert), ("node_key", key), ("node_ca", authority)];
            let missing: Vec<_> =
                missing.iter().filter(|(_, file)| file.is_none()).map(|(name, _)| *name).collect();
            Err(StartError::Config(format!(
                "{}: needed too; node_cert, node_key and node_ca go together",
                missing.join(", ")
            )))
        }
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

fn roles(text: Option<&str>) -> Result<BTreeSet<NodeRole>, StartError> {
    let Some(text) = text else { return Ok(NodeRole::ALL.into()) };
    let roles = text.split(['|', ',']).map(|role| role.trim().parse());
    let roles: Result<BTreeSet<NodeRole>, _> = roles.collect();
    roles.map_err(|error| StartError::Config(format!("roles: {error}")))
}

fn public_url(text: String) -> Result<String, StartError> {
    origin(&text).ok_or_else(|| StartError::Config(format!("url: {text:?} is not https://HOST[:PORT]")))
}

fn collector_url(text: String) -> Result<String, StartError> {
    origin(&text).ok_or_else(|| StartError::Config(format!("otlp: {text:?} is not http://HOST[:PORT]")))
}

/// Scheme, host and port, without a slash behind them.
fn origin(text: &str) -> Option<String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = host.strip_suffix('/').unwrap_or(host);
    let fits = !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']);
    fits.then(|| text.trim_end_matches('/').to_owned())
}

fn node_name(text: Option<String>) -> Result<String, StartError> {
    let text = text.unwrap_or_else(|| "tandem".to_owned());
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !text.is_empty() && text.len() <= 63 && text.chars().all(fits) {
        Ok(text)
    } else {
        Err(StartError::Config(format!("name: {text:?} is not 1 to 63 letters, digits, '-', '_' or '.'")))
    }
}

fn redis_url(url: String) -> Result<Secret, StartError> {
    if url.starts_with("redis://") || url.starts_with("rediss://") || url.starts_with("redis+unix://") {
        Ok(Secret(url))
    } else {
        Err(StartError::Config("redis: must be redis://[USER:PASSWORD@]HOST[:PORT][/DB]".into()))
    }
}

fn mail_url(url: String) -> Result<Secret, StartError> {
    match url.split_once(':') {
        Some(("file", place)) if !place.is_empty() => Ok(Secret(url)),
        Some(("smtp" | "smtps" | "smtp+plain", place)) if place.len() > 2 && place.starts_with("//") => {
            Ok(Secret(url))
        }
        _ => Err(StartError::Config(
            "mail: must be file:DIR, smtp://HOST, smtps://HOST or smtp+plain://HOST".into(),
        )),
    }
}

fn blobs_url(url: String) -> Result<Secret, StartError> {
    match url.split_once(':') {
        Some(("file" | "s3" | "s3+http", place)) if !place.is_empty() => Ok(Secret(url)),
        _ => Err(StartError::Config(
            "blobs: must be file:DIR or s3://ACCESS:SECRET@HOST[:PORT]/BUCKET[/PREFIX]".into(),
        )),
    }
}

fn public_ip(text: &str) -> Result<IpAddr, StartError> {
    match text.parse::<IpAddr>() {
        Ok(ip) if !ip.is_unspecified() && !ip.is_multicast() => Ok(ip),
        _ => Err(StartError::Config(format!("public_ip: {text:?} is not an IP address others can reach"))),
    }
}

fn networks(setting: &'static str, text: Option<&str>) -> Result<Vec<IpNet>, StartError> {
    let networks = text.unwrap_or_default().split(',').map(str::trim).filter(|network| !network.is_empty());
    let read = networks.map(|network| {
        network.parse().map_err(|_| {
            StartError::Config(format!(
                "{setting}: {network:?} is not a network; write ADDRESS/BITS, as 10.20.0.0/16"
            ))
        })
    });
    read.collect()
}

/// `region` and `regions`, together.
fn regions(here: Option<&str>, all: Option<&str>) -> Result<Regions, StartError> {
    let refused = |setting, why: &dyn fmt::Display| StartError::Config(format!("{setting}: {why}"));
    let Some(here) = here else {
        return match all {
            Some(_) => Err(refused("region", &"needed with regions; which of them is this server's?")),
            None => Ok(Regions::default()),
        };
    };
    let here = here.parse::<Region>().map_err(|error| refused("region", &error))?;
    let entries = all.unwrap_or_default().split(',').map(str::trim).filter(|entry| !entry.is_empty());
    let mut known = BTreeMap::new();
    for entry in entries {
        let (region, address) = region(entry).map_err(|why| refused("regions", &why))?;
        if known.insert(region.clone(), address).is_some() {
            return Err(refused("regions", &format!("{region} is there twice")));
        }
    }
    Regions::new(here, known).map_err(|error| refused("regions", &error))
}

/// `NAME=URL[ SIP-HOST[:PORT]]`. Where nothing is said of SIP, it is at the URL's host.
fn region(entry: &str) -> Result<(Region, RegionAddress), String> {
    let malformed = || format!("{entry:?} is not NAME=https://HOST[:PORT][ SIP-HOST[:PORT]]");
    let (name, addresses) = entry.split_once('=').ok_or_else(malformed)?;
    let region = name.trim().parse::<Region>().map_err(|error| error.to_string())?;
    let (url, sip) = addresses.trim().split_once(' ').unwrap_or((addresses.trim(), ""));
    let url = origin(url).ok_or_else(malformed)?;
    let authority = url.split_once("://").map_or("", |(_, authority)| authority);
    let host = host_of(authority);
    let is_here = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if url.starts_with("http://") && !is_here {
        return Err(format!("{url} must be https://: passwords are sent there"));
    }
    let sip = match sip.trim() {
        "" => host,
        sip => sip,
    };
    if sip.contains([' ', '/', '@', '<', '>', ';', '"']) {
        return Err(malformed());
    }
    let sip = sip.to_owned();
    Ok((region, RegionAddress { url, sip }))
}

/// A URL's host without the port.
fn host_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
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
        if let Some(TlsFiles { cert, key }) = &self.tls {
            writeln!(f, "tls_cert = {}", quoted(&cert.display()))?;
            writeln!(f, "tls_key = {}", quoted(&key.display()))?;
        }
        if let Some(url) = &self.url {
            writeln!(f, "url = {}", quoted(url))?;
        }
        writeln!(f, "admin = {}", quoted(&self.admin))?;
        writeln!(f, "sip = {}", quoted(&self.sip))?;
        for (setting, address) in
            [("sip_tls", self.sip_tls), ("sip_ws", self.sip_ws), ("sip_wss", self.sip_wss)]
        {
            if let Some(address) = address {
                writeln!(f, "{setting} = {}", quoted(&address))?;
            }
        }
        if let Some(file) = &self.sip_tls_ca {
            writeln!(f, "sip_tls_ca = {}", quoted(&file.display()))?;
        }
        writeln!(f, "media = {}", quoted(&self.media))?;
        writeln!(
            f,
            "rtp_ports = {}",
            quoted(&format_args!("{}-{}", self.rtp_ports.start(), self.rtp_ports.end()))
        )?;
        if let Some(ip) = self.public_ip {
            writeln!(f, "public_ip = {}", quoted(&ip))?;
        }
        let roles: Vec<_> = self.roles.iter().map(|role| role.name()).collect();
        writeln!(f, "roles = {}", quoted(&roles.join(",")))?;
        writeln!(f, "name = {}", quoted(&self.name))?;
        if let Some(links) = self.links {
            writeln!(f, "links = {}", quoted(&links))?;
        }
        if let Some(NodeTlsFiles { own, authority }) = &self.node_tls {
            writeln!(f, "node_cert = {}", quoted(&own.cert.display()))?;
            writeln!(f, "node_key = {}", quoted(&own.key.display()))?;
            writeln!(f, "node_ca = {}", quoted(&authority.display()))?;
        }
        if let Some(redis) = &self.redis {
            writeln!(f, "redis = {}", quoted(redis))?;
        }
        writeln!(f, "database = {}", quoted(&self.database))?;
        if let Some(key) = &self.audit_key {
            writeln!(f, "audit_key = {}", quoted(&key.display()))?;
        }
        writeln!(f, "blobs = {}", quoted(&self.blobs))?;
        writeln!(f, "mail = {}", quoted(&self.mail))?;
        writeln!(f, "mail_from = {}", quoted(&self.mail_from))?;
        if let Some(file) = &self.mail_password_file {
            writeln!(f, "mail_password_file = {}", quoted(&file.display()))?;
        }
        writeln!(f, "session_days = {}", self.session_days)?;
        writeln!(f, "grant_days = {}", self.grant_days)?;
        for (setting, networks) in
            [("webhook_networks", &self.webhook_networks), ("trusted_proxies", &self.trusted_proxies)]
        {
            if !networks.is_empty() {
                let networks: Vec<_> = networks.iter().map(ToString::to_string).collect();
                writeln!(f, "{setting} = {}", quoted(&networks.join(",")))?;
            }
        }
        if let Some(otlp) = &self.otlp {
            writeln!(f, "otlp = {}", quoted(otlp))?;
        }
        writeln!(f, "rate_per_client = {}", self.rate_per_client.map_or(0, NonZeroU32::get))?;
        writeln!(f, "rate_per_org = {}", self.rate_per_org.map_or(0, NonZeroU32::get))?;
        writeln!(f, "requests_at_once = {}", self.requests_at_once)?;
        if self.master_key.is_some() {
            writeln!(f, "master_key = {}", quoted(&"••••"))?;
        }
        if let Some(file) = &self.master_key_file {
            writeln!(f, "master_key_file = {}", quoted(&file.display()))?;
        }
        if let Some(here) = self.regions.here() {
            writeln!(f, "region = {}", quoted(here))?;
        }
        let regions = self.regions.all();
        let regions: Vec<_> = regions.map(|(name, at)| format!("{name}={} {}", at.url, at.sip)).collect();
        if !regions.is_empty() {
            writeln!(f, "regions = {}", quoted(&regions.join(",")))?;
        }
        if let Some(file) = &self.region_key_file {
            writeln!(f, "region_key_file = {}", quoted(&file.display()))?;
        }
        write!(f, "log = {}", quoted(&self.log))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back_as_the_same() {
        let config = Config::check(Settings {
            public_ip: Some("192.0.2.1".into()),
            tls_cert: Some("tls.crt".into()),
            tls_key: Some("tls.key".into()),
            sip_tls: Some("192.0.2.1:5061".into()),
            sip_tls_ca: Some("phones.crt".into()),
            sip_ws: Some("127.0.0.1:5066".into()),
            sip_wss: Some("192.0.2.1:7443".into()),
            otlp: Some("http://collector:4318/".into()),
            links: Some("192.0.2.1:7000".into()),
            database: Some("postgres://db/tandem".into()),
            node_cert: Some("node.crt".into()),
            node_key: Some("node.key".into()),
            node_ca: Some("ca.crt".into()),
            mail: Some("smtps://mail.example".into()),
            mail_from: Some("Tandem <tandem@tandem.example>".into()),
            mail_password_file: Some("/run/secrets/mail".into()),
            session_days: NonZeroU32::new(7),
            webhook_networks: Some("127.0.0.0/8, fd00::/8".into()),
            trusted_proxies: Some("192.0.2.7/32".into()),
            rate_per_client: Some(0),
            requests_at_once: NonZeroU32::new(7),
            audit_key: Some("/run/secrets/audit.key".into()),
            region: Some("eu".into()),
            regions: Some("eu=https://eu.example/, us=https://us.example:8443 sip.us.example:5062".into()),
            region_key_file: Some("/run/secrets/region.key".into()),
            ..Settings::default()
        })
        .expect("all of it can be used");
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
            refused(Settings { webhook_networks: Some("10.0.0.0/8,lan".into()), ..Settings::default() })
                .starts_with("webhook_networks: \"lan\"")
        );
        assert!(
            refused(Settings { trusted_proxies: Some("proxy".into()), ..Settings::default() })
                .starts_with("trusted_proxies: \"proxy\"")
        );
        assert!(
            refused(Settings { database: Some("mysql:x".into()), ..Settings::default() })
                .starts_with("database: ")
        );
    }

    #[test]
    fn a_certificate_needs_its_key_and_makes_https() {
        let refused = |settings| Config::check(settings).expect_err("must be refused").to_string();
        let cert = Settings { tls_cert: Some("tls.crt".into()), ..Settings::default() };
        assert!(refused(cert.clone()).starts_with("tls_key: "));
        let key = Settings { tls_key: Some("tls.key".into()), ..Settings::default() };
        assert!(refused(key.clone()).starts_with("tls_cert: "));
        let config = Config::check(cert.or(key)).expect("a pair");
        assert_eq!(config.url_at(config.http), "https://127.0.0.1:8080");
    }

    #[test]
    fn sip_by_tls_needs_a_certificate() {
        let refused = |settings| Config::check(settings).expect_err("must be refused").to_string();
        let (cert, key) = (Some("tls.crt".into()), Some("tls.key".into()));
        let with = Settings { tls_cert: cert, tls_key: key, ..Settings::default() };
        let tls = Settings { sip_tls: Some("127.0.0.1:5061".into()), ..Settings::default() };
        assert!(refused(tls.clone()).starts_with("sip_tls: "));
        assert!(Config::check(tls.or(with.clone())).is_ok());
        let wss = Settings { sip_wss: Some("127.0.0.1:7443".into()), ..Settings::default() };
        assert!(refused(wss.clone()).starts_with("sip_wss: "));
        assert!(Config::check(wss.or(with.clone())).is_ok());
        let ws = Settings { sip_ws: Some("127.0.0.1:5066".into()), ..Settings::default() };
        assert!(Config::check(ws).is_ok(), "a proxy in front may have one");
        let authority = Settings { sip_tls_ca: Some("phones.crt".into()), ..with };
        assert!(refused(authority).starts_with("sip_tls_ca: "));
    }

    #[test]
    fn links_that_others_reach_need_certificates() {
        let refused = |settings| Config::check(settings).expect_err("must be refused").to_string();
        let at = |links: &str| Settings {
            links: Some(links.into()),
            database: Some("postgres://db/tandem".into()),
            ..Settings::default()
        };
        for open in ["10.0.0.21:7000", "0.0.0.0:7000", "[::]:7000", "[2001:db8::1]:7000"] {
            let message = refused(at(open));
            assert!(message.starts_with("links: "), "{message}");
            assert!(
                ["node_cert", "node_key", "node_ca"].iter().all(|name| message.contains(name)),
                "{message}"
            );
        }
        for own in ["127.0.0.1:7000", "127.0.0.21:7000", "[::1]:7000"] {
            assert_eq!(Config::check(at(own)).expect("this machine alone").node_tls, None);
        }
        let some = Settings { node_cert: Some("node.crt".into()), ..at("10.0.0.21:7000") };
        assert!(refused(some.clone()).starts_with("node_key, node_ca: "));
        let all = Settings { node_key: Some("node.key".into()), node_ca: Some("ca.crt".into()), ..some };
        assert!(Config::check(all).expect("all three").node_tls.is_some());
    }

    #[test]
    fn plain_text_for_all_the_world_is_noticed() {
        let exposed = |settings: Settings| {
            let open = Settings { http: Some("0.0.0.0:8080".into()), ..settings };
            Config::check(open).expect("it can be used").is_exposed()
        };
        assert!(exposed(Settings::default()));
        assert!(exposed(Settings { url: Some("http://tandem.example".into()), ..Settings::default() }));
        assert!(!exposed(Settings { url: Some("https://tandem.example".into()), ..Settings::default() }));
        let (cert, key) = (Some("tls.crt".into()), Some("tls.key".into()));
        assert!(!exposed(Settings { tls_cert: cert, tls_key: key, ..Settings::default() }));
        assert!(!Config::check(Settings::default()).expect("defaults").is_exposed(), "this machine alone");
    }

    #[test]
    fn regions_are_named_and_reached_by_tls() {
        let with = |region: Option<&str>, regions: Option<&str>| Settings {
            region: region.map(str::to_owned),
            regions: regions.map(str::to_owned),
            region_key_file: Some("region.key".into()),
            ..Settings::default()
        };
        let config =
            Config::check(with(Some("eu"), Some("eu=https://eu.example,us=https://us.example:8443")));
        let regions = config.expect("two regions").regions;
        let us = regions.elsewhere("us").expect("another region").address;
        assert_eq!((us.url.as_str(), us.sip.as_str()), ("https://us.example:8443", "us.example"));
        assert_eq!(regions.elsewhere("eu"), None);
        assert_eq!(Config::check(Settings::default()).expect("defaults").regions, Regions::default());

        let refused = |settings| Config::check(settings).expect_err("must be refused").to_string();
        for (region, regions, setting) in [
            (None, Some("eu=https://eu.example"), "region: "),
            (Some("EU"), None, "region: "),
            (Some("us"), Some("eu=https://eu.example"), "regions: us "),
            (Some("eu"), Some("eu=https://a.example,eu=https://b.example"), "regions: eu "),
            (Some("eu"), Some("eu"), "regions: \"eu\""),
            (Some("eu"), Some("eu=http://eu.example"), "regions: http://eu.example must be https"),
            (Some("eu"), Some("eu=https://eu.example <sip>"), "regions: "),
        ] {
            let message = refused(with(region, regions));
            assert!(message.starts_with(setting), "{message}");
        }
        let keyless = Settings {
            region_key_file: None,
            ..with(Some("eu"), Some("eu=https://eu.example,us=https://us.example"))
        };
        assert!(refused(keyless).starts_with("region_key_file: "));
    }

    #[test]
    fn passwords_are_masked() {
        let database = Database::check("postgres://tandem:hunter2@db.example/tandem".into()).expect("a URL");
        assert_eq!(database.to_string(), "postgres://tandem:••••@db.example/tandem");
        let redis = redis_url("redis://tandem:hunter2@redis.example".into()).expect("a URL");
        assert_eq!(redis.to_string(), "redis://tandem:••••@redis.example");
    }

    #[test]
    fn some_of_the_roles_need_others_to_talk_to() {
        let some = Settings { roles: Some("edge,sip".into()), ..Settings::default() };
        let refused = |settings| Config::check(settings).expect_err("must be refused").to_string();
        assert!(refused(some.clone()).starts_with("roles: "));
        let linked = Settings { links: Some("127.0.0.1:7000".into()), ..some };
        assert!(refused(linked.clone()).starts_with("links: "), "SQLite is one process' own");
        let shared = Settings { database: Some("postgres://db/tandem".into()), ..linked };
        let config = Config::check(shared.clone()).expect("a node");
        assert_eq!(config.roles, BTreeSet::from([NodeRole::Edge, NodeRole::Sip]));
        assert!(refused(Settings { roles: Some("edge,fax".into()), ..shared }).starts_with("roles: "));
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
