//! How commands on the same machine reach a running server: a socket in the data folder, which only the folder's owner may open.
//!
//! A request is one line of JSON, and so is the reply. Not for the network, and not for what has a place in the HTTP contract.

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::{
        fs::PermissionsExt,
        io::AsRawFd,
        net::{UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

const SOCKET: &str = "control.sock";

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Request {
    /// Write a consistent copy into this folder, an absolute path.
    Backup { to: PathBuf },
    /// What is well and what is not.
    Health,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    Backup { events: u64, bytes: u64 },
    Health(Vec<Check>),
    Failed(String),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) ok: bool,
    pub(crate) message: String,
}

/// Asks the server that holds the folder; `None` when there is none.
pub(crate) fn ask(data: &Path, request: &Request) -> Result<Option<Reply>> {
    let Ok(stream) = with_short_path(data, UnixStream::connect) else { return Ok(None) };
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    (&stream).write_all(&line)?;
    let mut reply = String::new();
    BufReader::new(stream).read_line(&mut reply)?;
    if reply.is_empty() {
        bail!("the server that holds {} stopped in the middle", data.display());
    }
    Ok(Some(serde_json::from_str(&reply).context("the server that holds the folder is of another version")?))
}

/// The server's end, open as long as it lives.
pub(crate) struct Door {
    listener: tokio::net::UnixListener,
    path: PathBuf,
}

impl Door {
    /// Whoever calls holds the folder's lock, so a socket that is still there is nobody's.
    pub(crate) fn open(data: &Path) -> Result<Self> {
        let path = data.join(SOCKET);
        drop(fs::remove_file(&path));
        let listener = with_short_path(data, UnixListener::bind).with_context(|| format!("cannot make {}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener: tokio::net::UnixListener::from_std(listener)?, path })
    }

    /// Answers requests, one after the other, until it is dropped.
    pub(crate) async fn answer(&self, handle: impl AsyncFn(Request) -> Reply) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                continue;
            };
            let (read, mut write) = stream.into_split();
            let mut line = String::new();
            if tokio::io::BufReader::new(read).read_line(&mut line).await.is_err() {
                continue;
            }
            let reply = match serde_json::from_str(&line) {
                Ok(request) => handle(request).await,
                Err(error) => Reply::Failed(format!("the server does not know this request: {error}")),
            };
            if let Ok(mut text) = serde_json::to_vec(&reply) {
                text.push(b'\n');
                // Whoever asked may have left.
                drop(write.write_all(&text).await);
            }
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.path));
    }
}

/// The system takes only short paths of sockets; that of an open folder always is one.
fn with_short_path<T>(data: &Path, connect: impl FnOnce(PathBuf) -> std::io::Result<T>) -> std::io::Result<T> {
    let folder = fs::File::open(data)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
    connect(if short.exists() { short.join(SOCKET) } else { data.join(SOCKET) })
}
