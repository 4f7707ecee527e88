//! Puts the built web client where the server embeds it from, or a page that says how to build it.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

const UNBUILT: &str = include_str!("src/client_unbuilt.html");

fn main() -> io::Result<()> {
    let server = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("client");
    let built = server.join("../web/dist");
    // An absent folder would make cargo run this each time; an empty one is watched like a built one.
    if server.join("../web").is_dir() {
        fs::create_dir_all(&built)?;
    }
    println!("cargo::rerun-if-changed={}", built.display());
    println!("cargo::rerun-if-changed=src/client_unbuilt.html");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;
    if built.join("index.html").is_file() {
        copy(&built, &out)
    } else {
        fs::write(out.join("index.html"), UNBUILT)
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?
        } else {
            fs::copy(entry.path(), target).map(drop)?
        }
    }
    Ok(())
}
