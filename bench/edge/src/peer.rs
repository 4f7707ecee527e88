//! The peer: Node's `ws`, which sends every text it gets to everybody, itself installed on demand.

use std::{
    fs, io,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

/// What it is called in the results.
pub(crate) const NAME: &str = "node ws";

const SERVER: &str = "\
const { WebSocketServer } = require('ws');
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket) =>
  socket.on('message', (text) => {
    for (const each of server.clients) each.send(text, { binary: false });
  }),
);
";

/// A running peer. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Peer {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Peer {
    /// Installs it into `folder` where it is missing, and starts it.
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("server.js"), SERVER)?;
        if !folder.join("node_modules/ws").is_dir() {
            let install = ["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", ".", "ws@8"];
            let status = Command::new("npm").args(install).current_dir(folder).status()?;
            if !status.success() {
                return Err(io::Error::other("npm cannot install ws"));
            }
        }
        let mut child = Command::new("node")
            .arg("server.js")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let said = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let port: u16 = line.trim().parse().map_err(io::Error::other)?;
        Ok(Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)) })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
