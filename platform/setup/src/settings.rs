//! What an operator can write, as text: flags, environment and file hold the same settings under the same names.

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;

use crate::StartError;

/// The settings one source gives. `tandem.toml` has the same names with `_` in place of `-`.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
#[group(skip)]
pub struct Settings {
    /// Folder where everything embedded lives [default: ./data]
    #[arg(long, global = true, env = "TANDEM_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Makes a demo organisation in an empty data folder and writes its logins to DIR/demo.json
    #[arg(long, global = true, env = "TANDEM_DEMO", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub demo: Option<bool>,
    /// Address of the web client and the API [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "TANDEM_HTTP", value_name = "ADDR")]
    pub http: Option<String>,
    /// Certificate of `http`, with those that lead to a known one, in PEM: then it speaks HTTPS [default: none, plain HTTP]
    #[arg(long, global = true, env = "TANDEM_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of `tls_cert`, in PEM
    #[arg(long, global = true, env = "TANDEM_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Address users write in their browsers, when it is another than `http` [default: http://HTTP, https with a certificate]
    #[arg(long, global = true, env = "TANDEM_URL", value_name = "URL")]
    pub url: Option<String>,
    /// Address of metrics and health, for operators only [default: 127.0.0.1:8081]
    #[arg(long, global = true, env = "TANDEM_ADMIN", value_name = "ADDR")]
    pub admin: Option<String>,
    /// Address of SIP over UDP and TCP [default: 127.0.0.1:5060]
    #[arg(long, global = true, env = "TANDEM_SIP", value_name = "ADDR")]
    pub sip: Option<String>,
    /// Address of SIP over TLS, with the certificate of `tls_cert` [default: none]
    #[arg(long, global = true, env = "TANDEM_SIP_TLS", value_name = "ADDR")]
    pub sip_tls: Option<String>,
    /// Certificate of an authority, in PEM: then only peers with a certificate of it are let in at `sip_tls` [default: none, anybody is]
    #[arg(long, global = true, env = "TANDEM_SIP_TLS_CA", value_name = "FILE")]
    pub sip_tls_ca: Option<PathBuf>,
    /// Address of SIP over WebSocket without TLS, for a proxy in front [default: none]
    #[arg(long, global = true, env = "TANDEM_SIP_WS", value_name = "ADDR")]
    pub sip_ws: Option<String>,
    /// Address of SIP over WebSocket with the certificate of `tls_cert` [default: none]
    #[arg(long, global = true, env = "TANDEM_SIP_WSS", value_name = "ADDR")]
    pub sip_wss: Option<String>,
    /// UDP address of WebRTC media [default: 127.0.0.1:40000]
    #[arg(long, global = true, env = "TANDEM_MEDIA", value_name = "ADDR")]
    pub media: Option<String>,
    /// UDP ports of SIP calls' media, FROM-TO; 0 takes a free range [default: 41000-41999]
    #[arg(long, global = true, env = "TANDEM_RTP_PORTS", value_name = "RANGE")]
    pub rtp_ports: Option<String>,
    /// Address told to phones and browsers in place of the bound one, behind NAT
    #[arg(long, global = true, env = "TANDEM_PUBLIC_IP", value_name = "IP")]
    pub public_ip: Option<String>,
    /// What this process does: any of edge,sip,media,engine,worker [default: all of them]
    #[arg(long, global = true, env = "TANDEM_ROLES", value_name = "ROLES")]
    pub roles: Option<String>,
    /// This process' name among the nodes, unique and kept over restarts [default: tandem]
    #[arg(long, global = true, env = "TANDEM_NAME", value_name = "NAME")]
    pub name: Option<String>,
    /// Address other nodes reach this one at; needed with postgres:// [default: none, this process is alone]
    #[arg(long, global = true, env = "TANDEM_LINKS", value_name = "ADDR")]
    pub links: Option<String>,
    /// This node's certificate for `links`, in PEM (`tandem ca issue`); needed unless `links` is an address of this machine alone
    #[arg(long, global = true, env = "TANDEM_NODE_CERT", value_name = "FILE")]
    pub node_cert: Option<PathBuf>,
    /// Private key of `node_cert`, in PEM
    #[arg(long, global = true, env = "TANDEM_NODE_KEY", value_name = "FILE")]
    pub node_key: Option<PathBuf>,
    /// Certificate of the authority that all nodes' certificates are of, in PEM (`tandem ca init`)
    #[arg(long, global = true, env = "TANDEM_NODE_CA", value_name = "FILE")]
    pub node_ca: Option<PathBuf>,
    /// Redis for presence, signals between nodes and rate limits: redis://HOST:PORT [default: none, all in this process]
    #[arg(long, global = true, env = "TANDEM_REDIS", value_name = "URL", hide_env_values = true)]
    pub redis: Option<String>,
    /// Database: sqlite:PATH or postgres://USER:PASSWORD@HOST[,HOST…]/NAME [default: sqlite:DIR/tandem.db]
    #[arg(long, global = true, env = "TANDEM_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// Key that audit entries are authenticated with, the same file for all nodes; made where there is none [default: DIR/audit.key]
    #[arg(long, global = true, env = "TANDEM_AUDIT_KEY", value_name = "FILE")]
    pub audit_key: Option<PathBuf>,
    /// Where documents, recordings and the like are: file:DIR or s3://ACCESS:SECRET@HOST/BUCKET [default: file:DIR/blobs]
    #[arg(long, global = true, env = "TANDEM_BLOBS", value_name = "URL", hide_env_values = true)]
    pub blobs: Option<String>,
    /// How mail is sent: file:DIR, smtp://[USER[:PASSWORD]@]HOST[:PORT] (STARTTLS), smtps://… or smtp+plain://… [default: file:DIR/mail]
    #[arg(long, global = true, env = "TANDEM_MAIL", value_name = "URL", hide_env_values = true)]
    pub mail: Option<String>,
    /// Whom mail is from: Tandem <tandem@HOST> [default: Tandem <tandem@localhost>]
    #[arg(long, global = true, env = "TANDEM_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// File of the password for `mail`, in place of one in the URL
    #[arg(long, global = true, env = "TANDEM_MAIL_PASSWORD_FILE", value_name = "FILE")]
    pub mail_password_file: Option<PathBuf>,
    /// Days after which who signed in has to again, however often they come [default: 30]
    #[arg(long, global = true, env = "TANDEM_SESSION_DAYS", value_name = "NUMBER")]
    pub session_days: Option<NonZeroU32>,
    /// Days after which what somebody allowed a program ends, however often it is used [default: 90]
    #[arg(long, global = true, env = "TANDEM_GRANT_DAYS", value_name = "NUMBER")]
    pub grant_days: Option<NonZeroU32>,
    /// Networks webhooks and identity providers may be in although they are not public, and without TLS: 10.20.0.0/16,fd00:20::/32 [default: none]
    #[arg(long, global = true, env = "TANDEM_WEBHOOK_NETWORKS", value_name = "NETWORKS")]
    pub webhook_networks: Option<String>,
    /// Networks of proxies that are believed when they say for whom they ask (X-Forwarded-For): 10.0.0.5/32 [default: none]
    #[arg(long, global = true, env = "TANDEM_TRUSTED_PROXIES", value_name = "NETWORKS")]
    pub trusted_proxies: Option<String>,
    /// Requests a minute this node takes of one session or token; 0: any number [default: 6000]
    #[arg(long, global = true, env = "TANDEM_RATE_PER_CLIENT", value_name = "NUMBER")]
    pub rate_per_client: Option<u32>,
    /// Requests a minute this node takes of one organisation; 0: any number [default: 300000]
    #[arg(long, global = true, env = "TANDEM_RATE_PER_ORG", value_name = "NUMBER")]
    pub rate_per_org: Option<u32>,
    /// Requests this node works on at once; further ones are answered 503 [default: 2000]
    #[arg(long, global = true, env = "TANDEM_REQUESTS_AT_ONCE", value_name = "NUMBER")]
    pub requests_at_once: Option<NonZeroU32>,
    /// File of the keys that everything at rest is encrypted under, as `tandem keys new FILE` makes it [default: DIR/master.key, made where it is missing]
    #[arg(long, global = true, env = "TANDEM_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,
    /// The keys themselves, in place of a file: NAME BASE64[,NAME BASE64…]
    #[arg(long, global = true, env = "TANDEM_MASTER_KEY", value_name = "KEYS", hide_env_values = true)]
    pub master_key: Option<String>,
    /// Region this server is of, with stores of its own; a-z, 0-9 and '-' [default: none, it is the only one]
    #[arg(long, global = true, env = "TANDEM_REGION", value_name = "NAME")]
    pub region: Option<String>,
    /// All regions, this one too, and where they are reached: NAME=URL[ SIP-HOST[:PORT]][,NAME=URL…]
    #[arg(long, global = true, env = "TANDEM_REGIONS", value_name = "REGIONS")]
    pub regions: Option<String>,
    /// File of the key by which regions tell each other which organisations live where, the same for all of them
    #[arg(long, global = true, env = "TANDEM_REGION_KEY_FILE", value_name = "FILE")]
    pub region_key_file: Option<PathBuf>,
    /// What to log, as `info` or `info,tandem_edge=debug` [default: info]
    #[arg(long, global = true, env = "TANDEM_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Where to send traces, by OTLP over HTTP: http://HOST:4318 [default: none, nothing is traced]
    #[arg(long, global = true, env = "TANDEM_OTLP", value_name = "URL")]
    pub otlp: Option<String>,
}

impl Settings {
    /// Reads `tandem.toml`. A missing file is no settings, unless it was `named` by the operator.
    ///
    /// # Errors
    /// When it cannot be read or parsed; names file, line and key.
    pub fn from_file(path: &Path, named: bool) -> Result<Self, StartError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_toml(&text, path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !named => Ok(Self::default()),
            Err(error) => Err(StartError::Config(format!("cannot read {}: {error}", path.display()))),
        }
    }

    fn from_toml(text: &str, path: &Path) -> Result<Self, StartError> {
        toml::from_str(text).map_err(|error| {
            let line =
                error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            let message = error.message().lines().next().unwrap_or("cannot be read");
            StartError::Config(format!("{}:{line}: {message}", path.display()))
        })
    }

    /// These, and those of `other` where these are silent.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            data: self.data.or(other.data),
            demo: self.demo.or(other.demo),
            http: self.http.or(other.http),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            url: self.url.or(other.url),
            admin: self.admin.or(other.admin),
            sip: self.sip.or(other.sip),
            sip_tls: self.sip_tls.or(other.sip_tls),
            sip_tls_ca: self.sip_tls_ca.or(other.sip_tls_ca),
            sip_ws: self.sip_ws.or(other.sip_ws),
            sip_wss: self.sip_wss.or(other.sip_wss),
            media: self.media.or(other.media),
            rtp_ports: self.rtp_ports.or(other.rtp_ports),
            public_ip: self.public_ip.or(other.public_ip),
            roles: self.roles.or(other.roles),
            name: self.name.or(other.name),
            links: self.links.or(other.links),
            node_cert: self.node_cert.or(other.node_cert),
            node_key: self.node_key.or(other.node_key),
            node_ca: self.node_ca.or(other.node_ca),
            redis: self.redis.or(other.redis),
            database: self.database.or(other.database),
            audit_key: self.audit_key.or(other.audit_key),
            blobs: self.blobs.or(other.blobs),
            mail: self.mail.or(other.mail),
            mail_from: self.mail_from.or(other.mail_from),
            mail_password_file: self.mail_password_file.or(other.mail_password_file),
            session_days: self.session_days.or(other.session_days),
            grant_days: self.grant_days.or(other.grant_days),
            webhook_networks: self.webhook_networks.or(other.webhook_networks),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            rate_per_client: self.rate_per_client.or(other.rate_per_client),
            rate_per_org: self.rate_per_org.or(other.rate_per_org),
            requests_at_once: self.requests_at_once.or(other.requests_at_once),
            log: self.log.or(other.log),
            otlp: self.otlp.or(other.otlp),
            master_key: self.master_key.or(other.master_key),
            master_key_file: self.master_key_file.or(other.master_key_file),
            region: self.region.or(other.region),
            regions: self.regions.or(other.regions),
            region_key_file: self.region_key_file.or(other.region_key_file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_name_file_line_and_key() {
        let fault = |text| {
            Settings::from_toml(text, Path::new("tandem.toml")).expect_err("must be refused").to_string()
        };
        assert!(fault("demo = true\nhtpt = \"x\"\n").starts_with("tandem.toml:2: unknown field `htpt`"));
        assert!(fault("\n\nhttp = 3\n").starts_with("tandem.toml:3: invalid type"));
        assert!(fault("http = \"127.0.0.1:80").starts_with("tandem.toml:1: "));
    }

    #[test]
    fn the_nearer_source_wins() {
        let set = |http: &str| Settings { http: Some(http.into()), ..Settings::default() };
        assert_eq!(set("flag").or(set("file")).http.as_deref(), Some("flag"));
        assert_eq!(Settings::default().or(set("file")).http.as_deref(), Some("file"));
    }
}
