//! The floor of a fan-out: one thread that writes the same bytes to many TCP connections and does nothing else.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use crate::{count, microseconds, process};

/// Between two rounds over all connections.
const PACE: Duration = Duration::from_millis(5);

/// Microseconds of the writer per delivery, with `together` deliveries to a write.
pub(crate) fn tcp(connections: usize, bytes: usize, together: usize, time: Duration) -> io::Result<f64> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut readers = Vec::new();
    let mut writers = Vec::new();
    for _ in 0..connections {
        let mut reader = TcpStream::connect(address)?;
        let (writer, _) = listener.accept()?;
        writer.set_nodelay(true)?;
        writers.push(writer);
        readers.push(thread::Builder::new().stack_size(64 * 1024).spawn(move || {
            let mut buffer = vec![0; 16 * 1024];
            while reader.read(&mut buffer).is_ok_and(|read| read > 0) {}
        })?);
    }
    let frames = vec![b'x'; bytes * together];
    let (began, mut used, mut deliveries) = (Instant::now(), Duration::ZERO, 0);
    while began.elapsed() < time {
        let cpu = process::thread_cpu()?;
        for writer in &mut writers {
            writer.write_all(&frames)?;
        }
        used += process::thread_cpu()? - cpu;
        deliveries += connections * together;
        thread::sleep(PACE);
    }
    drop(writers);
    for reader in readers {
        let _ = reader.join();
    }
    Ok(microseconds(used) / count(deliveries))
}
