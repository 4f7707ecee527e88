//! The servers a URL names.

use sqlx::any::AnyConnectOptions;

use crate::StoreError;

/// The servers of one database, any of which may be the primary.
#[derive(Debug)]
pub(super) struct Hosts {
    /// `postgres://HOST:PORT,HOST:PORT/NAME`, without secrets.
    pub(super) name: String,
    /// How to connect to each.
    pub(super) options: Vec<AnyConnectOptions>,
}

impl Hosts {
    /// Of `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/NAME?…`.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, hosts) = match authority.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), authority),
        };
        let database = path.split('?').next().unwrap_or_default();
        let name = format!("postgres://{hosts}{database}");
        let refuse = |reason: String| StoreError::Open { what: name.clone(), reason };
        if database.len() < 2 {
            return Err(refuse("the URL names no database".to_owned()));
        }
        let options = hosts
            .split(',')
            .map(|host| format!("postgres://{user}{host}{path}").parse())
            .collect::<Result<Vec<AnyConnectOptions>, sqlx::Error>>()
            .map_err(|error| refuse(error.to_string()))?;
        Ok(Self { name, options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_several_servers() {
        let hosts = Hosts::parse("postgres://u:p%40@a:1,b:2/db?sslmode=disable").expect("parses");
        assert_eq!(hosts.name, "postgres://a:1,b:2/db");
        let urls: Vec<_> = hosts.options.iter().map(|options| options.database_url.to_string()).collect();
        assert_eq!(
            urls,
            ["postgres://u:p%40@a:1/db?sslmode=disable", "postgres://u:p%40@b:2/db?sslmode=disable"]
        );
    }

    #[test]
    fn a_refused_url_keeps_its_secrets() {
        for url in ["postgres://u:secret@host", "postgres://u:secret@host:port/db"] {
            let error = Hosts::parse(url).expect_err("refused").to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
