//! Serving connections: HTTP/1.1, with a deadline for headers, a cap on connections, and a patient end.

use axum::{Router, extract::ConnectInfo};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::ServiceExt;

#[derive(Clone, Copy, Debug)]
pub struct ServeOptions {
    /// A client that takes longer to send its headers, or stays silent for so long between requests, is cut off.
    pub header_time: Duration,
    /// Each takes a few kilobytes; who comes later waits to be accepted.
    pub max_connections: usize,
    /// How long requests under way may take once the server is told to stop.
    pub farewell: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self { header_time: Duration::from_secs(10), max_connections: 4096, farewell: Duration::from_secs(10) }
    }
}

/// Bytes of headers kept at most.
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// Out of file handles, accepting again at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the router until `stop` is ready, then lets what is under way end.
pub async fn serve(listener: TcpListener, router: Router, options: ServeOptions, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(options.header_time).max_buf_size(MAX_HEADER_BYTES);
    let places = Arc::new(Semaphore::new(options.max_connections));
    let under_way = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Replies are small and complete: waiting to fill a packet would only delay them.
        let _ = stream.set_nodelay(true);
        let service = router.clone().map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
            request.map(axum::body::Body::new)
        });
        let connection = under_way.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
        tokio::spawn(async move {
            // A client that leaves in the middle is not worth a line.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(options.farewell, under_way.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}
