//! `tandem ca`: certificates by which nodes know each other.

use tandem_core::{Clock as _, SystemClock};
use tandem_setup::{
    CaCommand, StartError,
    tls::authority::{self, AuthorityError},
};

use crate::say;

/// `name`: the node's, which is a setting of every command.
pub(crate) fn run(command: &CaCommand, name: Option<&str>) -> Result<(), StartError> {
    let (now, refused) =
        (SystemClock.now(), |error: AuthorityError| StartError::Failed(format!("ca: {error}")));
    match command {
        CaCommand::Init { dir } => {
            let cert = authority::init(dir, now).map_err(refused)?;
            say(&format!("{}: give it to every node as node_ca; ca.key beside it stays here", cert.display()))
        }
        CaCommand::Issue { dir, ip, days } => {
            let name =
                name.ok_or_else(|| StartError::Config("name: say whose certificate it is to be".into()))?;
            let issued = authority::issue(dir, name, ip, *days, now).map_err(refused)?;
            say(&format!(
                "{} {}: node_cert and node_key of {name}, valid until {}",
                issued.cert.display(),
                issued.key.display(),
                issued.expires
            ))
        }
    }
}
